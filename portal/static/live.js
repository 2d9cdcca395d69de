// Draws the station's board anew every second. Text only ever becomes text nodes, so a file's name cannot become markup.
"use strict";

const list = document.getElementById("files");
const state = document.getElementById("state");
let shown = "";

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
  item.append(paragraph("outcome", file.outcome_vi));
  return item;
}

async function refresh() {
  try {
    const response = await fetch(list.dataset.board, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const text = await response.text();
    if (text !== shown) {
      list.replaceChildren(...JSON.parse(text).files.map(draw));
      shown = text;
    }
    state.className = "";
    state.textContent = "Tự cập nhật mỗi giây.";
  } catch (error) {
    state.className = "lost";
    state.textContent = "Mất kết nối với Sohoa; đang thử lại.";
  }
  setTimeout(refresh, 1000);
}

refresh();
