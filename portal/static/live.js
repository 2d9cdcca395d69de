// Asks for the station's board every second and draws what changed. Text only ever becomes text nodes, so a file's name
// cannot become markup.
"use strict";

const TIMEOUT_MS = 5000; // a portal that hangs must not leave an old board looking new
const list = document.getElementById("files");
const state = document.getElementById("state");
const unwatched = document.getElementById("unwatched");
const nothing = document.getElementById("nothing");
let shown = "";
let rows = new Map(); // path -> the file as text, and its element

function paragraph(name, text) {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}

function draw(file) {
  const item = document.createElement("li");
  item.className = file.status || "none";
  item.append(paragraph("verdict", file.status_vi), paragraph("path", file.path));
  if (file.findings.length > 0) {
    const findings = document.createElement("ul");
    for (const finding of file.findings) {
      const line = document.createElement("li");
      line.textContent = finding.text_vi;
      findings.append(line);
    }
    item.append(findings);
  }
  item.append(paragraph("outcome", file.outcome_vi), paragraph("time", file.at_vi));
  return item;
}

// Elements of files without news stay, so that a reader of the screen reads out the news only and a selection is kept.
function redraw(files) {
  const fresh = new Map();
  for (const file of files) {
    const text = JSON.stringify(file);
    const known = rows.get(file.path);
    fresh.set(file.path, known && known.text === text ? known : { text, element: draw(file) });
  }
  rows = fresh;
  const elements = [...fresh.values()].map((row) => row.element);
  const kept = new Set(elements);
  for (const element of [...list.children]) if (!kept.has(element)) element.remove();
  elements.forEach((element, place) => {
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
  nothing.hidden = elements.length > 0;
}

function tell(isLost) {
  const text = isLost ? "Mất kết nối với Sohoa; đang thử lại. Kết quả bên dưới có thể đã cũ." : "Tự cập nhật mỗi giây.";
  document.body.classList.toggle("lost", isLost);
  if (state.textContent !== text) state.textContent = text;
}

async function refresh() {
  try {
    const response = await fetch(list.dataset.board, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(String(response.status));
    const text = await response.text();
    if (text !== shown) {
      const board = JSON.parse(text);
      redraw(board.files);
      unwatched.hidden = board.watched;
      shown = text;
    }
    tell(false);
  } catch (error) {
    tell(true);
  }
  setTimeout(refresh, 1000);
}

refresh();
