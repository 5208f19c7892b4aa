// The board: how sure its lists are, going from list to list, and dragging a team onto an incident.

import "./side.js";

const board = document.getElementById("board");
const TIME = { timeZone: "Europe/Brussels", hour: "2-digit", minute: "2-digit", second: "2-digit" };

/* ---- how sure what is shown is ---- */

let confirmedAt = null;
let isSure = true;

function confirm() {
  if (confirmedAt === null) {
    return;
  }
  const time = confirmedAt.toLocaleTimeString("nl-BE", TIME);
  const words = isSure ? board.dataset.confirmed : board.dataset.unconfirmed;
  for (const line of document.querySelectorAll("[data-as-of]")) {
    line.textContent = words.replace("{time}", time);
    line.toggleAttribute("data-unsure", !isSure);
  }
}

document.addEventListener("carma:heartbeat", ({ detail }) => {
  confirmedAt = new Date(detail.at);
  confirm();
});
document.addEventListener("carma:state", ({ detail }) => {
  isSure = !["stale", "signed-out"].includes(detail.state);
  confirm();
});
document.addEventListener("htmx:load", confirm);

/* ---- notices that stay have a place of their own here: they cover no list ---- */

function house(id, place) {
  const notice = document.getElementById(id);
  if (notice) {
    board.querySelector(place)?.before(notice);
  }
}

house("alarms", ".board-calm");
house("sound-banner", ".board-tools");

/* ---- to a list by its number ---- */

function enter(list) {
  (list?.querySelector("[data-keys-item][tabindex='0']") ?? list?.querySelector("[data-keys-item]"))?.focus();
}

board.addEventListener("click", (event) => {
  const link = event.target.closest("[data-focus]");
  if (link) {
    event.preventDefault();
    enter(document.querySelector(link.dataset.focus));
  }
});

/* The row one was on is gone and its list has the focus: an arrow goes on from there. */
board.addEventListener("keydown", (event) => {
  if (event.target.matches(".panel-body") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    enter(event.target);
  }
});

/* ---- dragging; the letter "a" on an incident does the same ---- */

let dragged = null;

function target(event) {
  return dragged && event.target.closest?.("[data-drop]");
}

function mark(row) {
  for (const other of board.querySelectorAll("[data-drop-here]")) {
    other.removeAttribute("data-drop-here");
  }
  row?.setAttribute("data-drop-here", "");
}

board.addEventListener("dragstart", (event) => {
  const row = event.target.closest("[data-team]");
  dragged = row?.dataset.team ?? null;
  if (row) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.querySelector(".call-sign").textContent.trim());
    board.dataset.dragging = "";
  }
});
board.addEventListener("dragover", (event) => {
  const row = target(event);
  mark(row);
  if (row) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  }
});
board.addEventListener("drop", (event) => {
  const row = target(event);
  if (row) {
    event.preventDefault();
    const values = { team: dragged, version: row.dataset.version ?? "" };
    window.htmx.ajax("POST", row.dataset.drop, { source: row, values, swap: "none" });
  }
});
board.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
  delete board.dataset.dragging;
});
