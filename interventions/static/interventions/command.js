// The command bar: F2, or Esc twice, opens it over any page; the page behind it stays as it is.
//
// While one types, the server says under the line what would happen. Enter does what is shown. A quick hand may
// press Enter before that is there: it is done once it is. What can't be undone, or was refused, has to be seen first.
//
// [data-command-open]   opens it
// [data-at-once]        a form that may go without having been seen
// a[data-go]            leads away: in a new tab while something typed on the page is not saved
// [data-command-done]   what was done, among the messages, with its undo for as long as that is possible

import { formToken } from "../web/app.js";
import { serverNow } from "../web/clocks.js";

const PACE_MS = 120;
const PAIR_MS = 600; // ms within which two Escapes are a pair
const STAYS_S = 6;
const TYPED = "main :is(textarea, input:not([type=hidden], [type=search]))";

const bar = document.getElementById("command");
const field = document.getElementById("command-field");
const preview = document.getElementById("command-preview");
const refusal = document.getElementById("command-refusal");
const found = document.getElementById("command-found");

let cameFrom = null;
let caret = null;
let asked = 0;
let shownFor = null; // the line that the preview is about
let timer = 0;

/* ---- opening and closing ---- */

function open(from = document.activeElement) {
  if (bar.open) {
    return;
  }
  cameFrom = from;
  caret = Number.isInteger(from?.selectionStart) ? [from.selectionStart, from.selectionEnd] : null;
  bar.showModal();
  field.focus();
  field.select();
  look();
}

bar.addEventListener("close", () => {
  clearTimeout(timer);
  asked += 1;
  // The element may have been drawn anew meanwhile: its name stays.
  const back = cameFrom?.isConnected ? cameFrom : document.getElementById(cameFrom?.id ?? "");
  back?.focus({ preventScroll: true });
  if (caret && back === cameFrom) {
    back.setSelectionRange(...caret); // a page behind a dialog loses it
  }
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-command-open]")) {
    open(document.querySelector(".topbar-user > button"));
  } else if (target === bar || target.closest("[data-command-close]")) {
    bar.close();
  }
});

/* ---- what the line would do ---- */

async function look() {
  clearTimeout(timer);
  const line = field.value;
  asked += 1;
  const mine = asked;
  const html = await ask(line);
  if (mine === asked && html !== null) {
    preview.innerHTML = html;
    window.htmx.process(preview);
    shownFor = line;
    const elsewhere = preview.querySelector("[data-go-elsewhere]");
    if (elsewhere) {
      elsewhere.hidden = !isTyped();
    }
  }
}

async function ask(line) {
  const headers = { "HX-Request": "true", "X-CSRFToken": formToken() };
  try {
    const answer = await fetch(bar.dataset.previewUrl, { method: "POST", headers, body: new URLSearchParams({ line }) });
    if (answer.status === 401) {
      document.dispatchEvent(new CustomEvent("carma:signed-out"));
    }
    return await answer.text();
  } catch {
    refuse(document.getElementById("refusals").dataset.unreachable);
    return null;
  }
}

function refuse(words) {
  const line = document.createElement("p");
  line.className = "command-cannot";
  line.setAttribute("role", "alert");
  line.textContent = words;
  refusal.replaceChildren(line);
}

field.addEventListener("input", () => {
  refusal.replaceChildren();
  found.replaceChildren();
  clearTimeout(timer);
  timer = setTimeout(look, PACE_MS);
});

/* ---- doing it ---- */

async function enter() {
  const wasSeen = shownFor === field.value;
  if (!wasSeen) {
    await look();
  }
  if (shownFor !== field.value || !bar.open) {
    return;
  }
  const form = preview.querySelector("form");
  const mayGo = wasSeen || (form?.matches("[data-at-once]") && !refusal.hasChildNodes());
  if (form && mayGo) {
    form.requestSubmit();
  } else if (!form && field.value.trim()) {
    preview.querySelector("a[data-go]")?.click();
  }
}

const isOurs = ({ detail }) => detail.requestConfig?.elt.matches(".command-form");

document.addEventListener("htmx:beforeSwap", (event) => {
  if (isOurs(event) && event.detail.xhr.status >= 400) {
    event.detail.target = refusal;
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isOurs(event)) {
    return;
  }
  const { successful, target, xhr, requestConfig } = event.detail;
  if (successful && target !== found) {
    done(requestConfig.elt.elements.line.value);
  } else if (!successful && xhr.status) {
    // Refused: what it would do now has to be seen first. Without an answer the same key may go again.
    preview.replaceChildren();
    shownFor = null;
    look();
  }
});

function done(line) {
  if (field.value !== line) {
    look(); // somebody types on: that stays
    return;
  }
  field.value = "";
  preview.replaceChildren();
  shownFor = null;
  bar.close();
}

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (isOurs(event)) {
      refuse(document.getElementById("refusals").dataset.unreachable);
    }
  });
}

/* ---- leading away ---- */

const isTyped = () => [...document.querySelectorAll(TYPED)].some((one) => one.value !== one.defaultValue);

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[data-go]");
  if (link && bar.contains(link)) {
    link.target = isTyped() ? "_blank" : "";
    link.rel = "noopener";
    bar.close();
  }
});

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [field, ...found.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  if (step && at >= 0 && stops.length > 1) {
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, at + step))].focus();
  }
}

bar.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === field && !event.isComposing) {
    event.preventDefault();
    if (!event.repeat) {
      enter();
    }
  } else {
    walk(event);
  }
});

/* ---- F2, and Escape twice when neither means something else ---- */

let earlier = null; // an Escape just before that nothing took, and where the cursor was then
let escape = null;

const meansOther = ({ target }) =>
  document.querySelector("dialog[open], .dropdown-menu.show") !== null || target.closest?.("[aria-expanded=true]");

window.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && bar.open) {
    event.stopPropagation(); // it closes the bar, and nothing on the page behind it
  }
  const isFree = event.key === "Escape" && !event.repeat && !event.isComposing && !meansOther(event);
  earlier = escape;
  escape = isFree ? { at: event.timeStamp, from: document.activeElement, isTaken: true } : null;
  if (event.key === "F2" && !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    if (!event.repeat) {
      bar.open ? bar.close() : open();
    }
  }
}, true);

window.addEventListener("keydown", (event) => {
  if (escape === null || event.defaultPrevented) {
    return;
  }
  escape.isTaken = false;
  if (earlier && !earlier.isTaken && escape.at - earlier.at < PAIR_MS) {
    event.preventDefault(); // or the browser closes it at once
    open(earlier.from);
    escape = null;
  }
});

/* ---- what was done stays among the messages while it can be undone ---- */

document.addEventListener("htmx:load", ({ target }) => {
  if (!target.matches?.("[data-command-done]")) {
    return;
  }
  if (target.dataset.commandDone === "undo") {
    document.querySelectorAll("[data-command-done][data-until]").forEach((one) => one.remove());
  }
  const { until } = target.dataset;
  const seconds = until ? Math.max(Number(until) - serverNow(), 0) : STAYS_S;
  setTimeout(() => target.remove(), 1000 * seconds);
});
