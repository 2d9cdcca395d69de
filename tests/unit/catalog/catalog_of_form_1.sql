-- A catalog that Sohoa made before it had migrations, as sqlite3 dumps it; all fictional.
BEGIN TRANSACTION;
CREATE VIRTUAL TABLE document_index USING fts5(fields, pages, fields_toned, pages_toned, tokenize = "ascii tokenchars '_'");
INSERT INTO document_index (rowid, fields, pages, fields_toned, pages_toned) VALUES(1,'47 qd ubnd
___
h15 50 5 13 261008 0975
___
quyet dinh
___
47
___
qd ubnd','duong dien bien phuong mau
trang hai','47 qd_1d ubnd
___
h15 50 05 13 261008 0975
___
quyet_3cs dinh_0dj
___
47
___
qd_1d ubnd','duong_0d1h2hf dien_0d2cj bien_2c phuong_2h3hf mau_1cx
trang hai');
CREATE TABLE documents (
	id INTEGER NOT NULL,
	document_id VARCHAR(100) NOT NULL,
	scan_sha256 VARCHAR(64) NOT NULL,
	dossier_number VARCHAR(60),
	role VARCHAR(20) NOT NULL,
	type_id VARCHAR(100) NOT NULL,
	type_name TEXT NOT NULL,
	type_score FLOAT NOT NULL,
	first_page INTEGER NOT NULL,
	last_page INTEGER NOT NULL,
	number TEXT NOT NULL,
	issue_date TEXT NOT NULL,
	issuing_authority TEXT NOT NULL,
	abstract TEXT NOT NULL,
	signatory TEXT NOT NULL,
	fields JSON NOT NULL,
	mean_confidence FLOAT NOT NULL,
	state VARCHAR(20) NOT NULL,
	review_reasons JSON NOT NULL,
	signature_level VARCHAR(10),
	pdf_key TEXT NOT NULL,
	pdf_sha256 VARCHAR(64) NOT NULL,
	words_key TEXT NOT NULL,
	metadata_key TEXT NOT NULL,
	archived_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (document_id)
);
INSERT INTO "documents" VALUES(1,'doc','abababababababababababababababababababababababababababababababab','H15.50.05.13-261008-0975','component','quyet-dinh','Quyết định',0.9,1,2,'47/QĐ-UBND','','','','','{"document_number": "47", "document_symbol": "Q\u0110-UBND"}',0.93,'archived','[]','B-B','archive/doc.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','archive/doc.words.json','archive/doc.json','2026-10-08 02:30:00.000000');
CREATE TABLE events (
	id INTEGER NOT NULL,
	submission_id INTEGER NOT NULL,
	happened_at DATETIME NOT NULL,
	actor_id TEXT NOT NULL,
	what VARCHAR(40) NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE
);
INSERT INTO "events" VALUES(1,1,'2026-10-08 02:30:00.000000','clerk-1','received','/quet/giay.pdf');
INSERT INTO "events" VALUES(2,2,'2026-10-08 02:30:00.000000','clerk-1','received','/quet/rong.pdf');
INSERT INTO "events" VALUES(3,1,'2026-10-08 02:30:00.000000','clerk-1','attempt','run-1');
INSERT INTO "events" VALUES(4,1,'2026-10-08 02:30:00.000000','clerk-1','archived','');
INSERT INTO "events" VALUES(5,2,'2026-10-08 02:30:00.000000','clerk-1','rejected','input.empty: The file rong.pdf is empty (0 bytes); scan it again.');
CREATE TABLE facts (
	name VARCHAR(50) NOT NULL,
	value VARCHAR(200) NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('schema_version','1');
CREATE TABLE pages (
	id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (document_id, number),
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);
INSERT INTO "pages" VALUES(1,1,1,'Đường Điện Biên, phường Mẫu');
INSERT INTO "pages" VALUES(2,1,2,'trang hai');
CREATE TABLE sightings (
	id INTEGER NOT NULL,
	submission_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	path TEXT NOT NULL,
	dossier_number VARCHAR(60),
	seen_at DATETIME NOT NULL,
	actor_id TEXT NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE
);
INSERT INTO "sightings" VALUES(1,1,'ban-sao.pdf','/quet/ban-sao.pdf',NULL,'2026-10-08 02:30:00.000000','clerk-1','duplicate');
CREATE TABLE submissions (
	id INTEGER NOT NULL,
	scan_sha256 VARCHAR(64) NOT NULL,
	name TEXT NOT NULL,
	path TEXT NOT NULL,
	size_bytes BIGINT NOT NULL,
	dossier_number VARCHAR(60),
	received_at DATETIME NOT NULL,
	actor_id TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	actor_unit TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	error_code VARCHAR(60),
	error_vi TEXT,
	error_en TEXT,
	attempts INTEGER NOT NULL,
	flow_run_id VARCHAR(60),
	updated_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (scan_sha256)
);
INSERT INTO "submissions" VALUES(1,'abababababababababababababababababababababababababababababababab','giay.pdf','/quet/giay.pdf',5,'H15-261008-0975','2026-10-08 02:30:00.000000','clerk-1','Trần Thị Mẫu','Bộ phận Một cửa','archived',NULL,NULL,NULL,1,'run-1','2026-10-08 02:30:00.000000');
INSERT INTO "submissions" VALUES(2,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','rong.pdf','/quet/rong.pdf',5,'H15-261008-0975','2026-10-08 02:30:00.000000','clerk-1','Trần Thị Mẫu','Bộ phận Một cửa','rejected','input.empty','Tệp rong.pdf rỗng (0 byte); hãy quét lại.','The file rong.pdf is empty (0 bytes); scan it again.',0,NULL,'2026-10-08 02:30:00.000000');
CREATE INDEX ix_submissions_dossier_number ON submissions (dossier_number);
CREATE INDEX ix_submissions_state ON submissions (state);
CREATE INDEX ix_documents_scan_sha256 ON documents (scan_sha256);
CREATE INDEX documents_progress ON documents (dossier_number, role, state, archived_at);
CREATE INDEX ix_documents_type_id ON documents (type_id);
CREATE INDEX ix_documents_dossier_number ON documents (dossier_number);
CREATE INDEX ix_sightings_submission_id ON sightings (submission_id);
CREATE INDEX ix_events_submission_id ON events (submission_id);
COMMIT;
