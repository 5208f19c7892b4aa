/* Keys declared in the markup.
 *
 * data-key="n"            presses the button or link, or puts the cursor in the field
 * data-key="g b"          two keys in a row
 * data-key-label="…"      its name in the overview, when its own text does not serve
 * data-keys-list          a list to walk with the arrows; its rows are its children, or data-keys-item
 *
 * Keys inside a row count while that row is chosen. Single characters rest while someone types and can be
 * switched off in the profile (WCAG 2.1.4). F2 and twice Esc are kept for the command bar.
 */

const help = document.getElementById("keys-help");
const SEQUENCE_MS = 1000;
const KEPT = new Set(["F2", "Escape"]);
let first = "";
let firstAt = 0;

const singleKeys = () => document.body.dataset.singleKeys !== "off";
const visible = (element) => element.checkVisibility() && !element.disabled;
const isField = (element) => element.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select") || element.isContentEditable;

/* Belgian keyboards write "&" where the digit 1 stands: the key with the digit counts as that digit. */
const keyOf = ({ code, key, shiftKey }) => (/^Digit\d$/.test(code) && !shiftKey ? code.slice(5) : key);

/* The name of what was pressed: "n", "Enter", "Ctrl+Enter", "Shift+ArrowUp". Shift is part of a character. */
function nameOf(event) {
  const names = [];
  if (event.ctrlKey || event.metaKey) names.push("Ctrl");
  if (event.altKey) names.push("Alt");
  if (event.shiftKey && event.key.length > 1) names.push("Shift");
  return [...names, keyOf(event)].join("+");
}

const isCharacter = (name) => name.length === 1;

/* ---- rows ---- */

const rowsOf = (list) => [...list.querySelectorAll("[data-keys-item]")].filter(visible).concat(
  list.querySelector("[data-keys-item]") ? [] : [...list.children].filter(visible),
);
const listOf = (element) => element?.closest?.("[data-keys-list]");
const rowOf = (element) => {
  const list = listOf(element);
  return list ? rowsOf(list).find((row) => row.contains(element)) : undefined;
};

function choose(row) {
  if (!row) return;
  const list = listOf(row);
  rowsOf(list).forEach((other) => { other.tabIndex = other === row ? 0 : -1; });
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function prepare(scope) {
  for (const list of scope.querySelectorAll("[data-keys-list]")) {
    const rows = rowsOf(list);
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) {
      rows.forEach((row, index) => { row.tabIndex = index ? -1 : 0; });
    }
  }
  for (const element of scope.querySelectorAll("[data-key]")) {
    element.setAttribute("aria-keyshortcuts", element.dataset.key.replace("Ctrl", "Control"));
  }
}

/* The row a list key is about: the chosen one, else the first list of the page from its start. */
function walk(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  if (step === undefined || isField(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  if (event.target.closest("[role=menu], .dropdown-menu, dialog")) return false;
  const list = listOf(event.target) ?? (event.target === document.body ? document.querySelector("[data-keys-list]") : null);
  if (!list) return false;
  const rows = rowsOf(list);
  const at = rows.indexOf(rowOf(event.target));
  const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
  choose(rows[next]);
  return true;
}

function openRow(event) {
  if (event.key !== "Enter" || !event.target.matches("[data-keys-list] > *, [data-keys-item]")) return false;
  const link = event.target.matches("a, button") ? null : event.target.querySelector("a[href], button:not([data-verb])");
  link?.click();
  return Boolean(link);
}

/* ---- declared keys ---- */

function candidates() {
  const scope = document.querySelector("dialog[open]:modal") ?? document;
  const row = rowOf(document.activeElement);
  const all = [...scope.querySelectorAll("[data-key]")].filter(visible);
  const inRow = all.filter((element) => row?.contains(element));
  return [...inRow, ...all.filter((element) => !rowOf(element))];
}

function find(name) {
  const now = Date.now();
  const pair = now - firstAt < SEQUENCE_MS ? `${first} ${name}` : "";
  first = name;
  firstAt = now;
  const all = candidates();
  return all.find((element) => element.dataset.key === pair) ?? all.find((element) => element.dataset.key === name);
}

function use(element) {
  if (isField(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function pressed(event) {
  const name = nameOf(event);
  if (event.isComposing || event.repeat || KEPT.has(event.key)) return false;
  if (isCharacter(name) && (isField(event.target) || !singleKeys())) return false;
  if (name === "?" && !help.open) {
    showHelp();
    return true;
  }
  const element = find(name);
  if (!element) return false;
  first = "";
  use(element);
  return true;
}

/* ---- the overview ---- */

function lineOf(key, label) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  for (const part of key.split(/ |(?<=.)\+(?=.)/)) {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = label;
  line.append(term, meaning);
  return line;
}

const labelOf = (element) => (element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent).trim().replace(/\s+/g, " ");

function showHelp() {
  const known = new Map();
  for (const element of [...document.querySelectorAll("[data-key]")].filter((one) => one.checkVisibility() || one.closest("nav"))) {
    if (!known.has(element.dataset.key)) known.set(element.dataset.key, labelOf(element));
  }
  help.querySelector("[data-keys-here]").replaceChildren(...[...known].map(([key, label]) => lineOf(key, label)));
  const hasList = document.querySelector("[data-keys-list]") !== null;
  help.querySelectorAll("[data-keys-for-lists]").forEach((line) => { line.hidden = !hasList; });
  help.querySelector("[data-keys-off]").hidden = singleKeys();
  help.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) showHelp();
  if (event.target.closest("[data-keys-close]")) help.close();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  if (walk(event) || openRow(event) || pressed(event)) event.preventDefault();
  else if (event.key === "Escape" && isField(event.target)) event.target.blur();
});

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement ?? document));
prepare(document);
