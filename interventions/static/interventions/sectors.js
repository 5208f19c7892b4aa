// Who dispatches which sector: one's own sectors are marked on every row of the board, and a sector is taken
// or given up by one button. The fragment is the same for everybody; which is mine this page knows (data-me).

const board = document.getElementById("board");
const { me, wordMine } = board.dataset;

function mineNow() {
  const desks = [...document.querySelectorAll("[data-sector-desk]")];
  return new Set(desks.filter((desk) => desk.dataset.person === me).map((desk) => desk.dataset.sectorDesk));
}

function markRow(row, isMine) {
  const mark = row.querySelector(":scope > .mine-mark");
  row.toggleAttribute("data-mine", isMine);
  if (!isMine) {
    mark?.remove();
  } else if (!mark) {
    const fresh = document.createElement("span");
    fresh.className = "mine-mark";
    fresh.textContent = wordMine;
    row.append(fresh);
  }
}

function markDesk(desk, isMine) {
  desk.toggleAttribute("data-mine", isMine);
  const here = desk.querySelector("[data-mine-here]");
  if (here) {
    here.hidden = !isMine;
    desk.querySelector("[data-who]").hidden = isMine;
  }
  const button = desk.querySelector("[data-sector-verb]");
  if (button) {
    button.textContent = isMine ? button.dataset.wordGive : button.dataset.wordTake;
  }
}

function mark() {
  if (!document.getElementById("sectors")) {
    return;
  }
  const mine = mineNow();
  document.querySelectorAll("[data-sector-desk]").forEach((desk) => markDesk(desk, mine.has(desk.dataset.sectorDesk)));
  document.querySelectorAll("[data-sector]").forEach((row) => markRow(row, mine.has(row.dataset.sector)));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sector-verb]");
  if (!button || button.getAttribute("aria-disabled")) {
    return;
  }
  button.setAttribute("aria-disabled", "true");
  const isMine = button.closest("[data-sector-desk]").hasAttribute("data-mine");
  const again = () => button.removeAttribute("aria-disabled");
  const values = { sector: button.value };
  window.htmx.ajax("POST", isMine ? button.dataset.give : button.dataset.take, { source: button, values, swap: "none" }).then(again, again);
});

/* A window that a link opens by name stands beside the board, and is not opened twice. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-window]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const opened = window.open(link.href, link.target, "popup,width=960,height=720");
    if (opened) {
      event.preventDefault();
      opened.focus();
    }
  }
});

document.addEventListener("htmx:load", mark);
mark();
