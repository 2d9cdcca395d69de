"""What Sohoa can do, as functions that take the house and an actor: receive, digitize step by step, settle, replay,
search, show, verify, reindex, report. No Prefect, no terminal, no page here."""
