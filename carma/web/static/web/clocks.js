// Running clocks, counted by the server's time: one beat a second for the whole page.
//
// <time data-since="unix seconds"> counts up, <time data-until="…"> down and, once past, up with a "+".
// data-frozen="unix seconds" stops it there; data-frozen without a value leaves the text as it is.
// data-warn-at, data-late-at (unix seconds) set data-state="warn|late" on the nearest [data-clocked]; the words
// and icons that go with it stand in the markup ({% clock_state %}), never colour alone. A change to a worse
// state is told as carma:clock {state} on that element.
// The page may tell the server's time as <body data-now="unix seconds">; heartbeats then keep it.

const CLOCKS = "time[data-since], time[data-until]";
const STEP = 0.4; // seconds by which the server's time must differ before clocks are moved
const CALM = 10; // seconds between two changes of text for who asked for less motion

const DAYS = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day", unitDisplay: "narrow" });

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const rank = { "": 0, warn: 1, late: 2 };
const drawn = new WeakSet();
let offset = 0;

/** The server's time in unix seconds. */
export function serverNow() {
  return Date.now() / 1000 + offset;
}

function follow(seconds) {
  const told = seconds - Date.now() / 1000;
  if (Math.abs(told - offset) > STEP) {
    offset = told;
  }
}

function written(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours >= 24) {
    return DAYS.format(Math.floor(hours / 24)) + ` ${hours % 24}:${pad(minutes)}`;
  }
  return (hours ? `${hours}:` : "") + `${pad(minutes)}:${pad(whole % 60)}`;
}

function face(clock, at) {
  const { since, until } = clock.dataset;
  if (since !== undefined) {
    return written(Math.max(at - since, 0));
  }
  return (at > until ? "+" : "") + written(until - at);
}

function stateOf(clock, at) {
  const { warnAt, lateAt } = clock.dataset;
  if (lateAt && at >= lateAt) return "late";
  return warnAt && at >= warnAt ? "warn" : "";
}

function draw(clock, now, textToo) {
  const { frozen } = clock.dataset;
  const at = frozen ? Number(frozen) : now;
  if (frozen !== "" && (textToo || !drawn.has(clock))) {
    drawn.add(clock);
    const text = face(clock, at);
    if (clock.textContent !== text) {
      clock.textContent = text;
    }
  }
  return clock.dataset.warnAt || clock.dataset.lateAt ? stateOf(clock, at) : null;
}

function setState(element, state) {
  const before = element.dataset.state ?? "";
  if (before === state) {
    return;
  }
  if (state) {
    element.dataset.state = state;
  } else {
    delete element.dataset.state;
  }
  if (rank[state] > (rank[before] ?? 0)) {
    element.dispatchEvent(new CustomEvent("carma:clock", { bubbles: true, detail: { state } }));
  }
}

function tick(textToo) {
  const now = serverNow();
  const states = new Map(); // several clocks in one element: the worst counts
  for (const clock of document.querySelectorAll(CLOCKS)) {
    const state = draw(clock, now, textToo);
    const clocked = state === null ? null : clock.closest("[data-clocked]");
    if (clocked && rank[state] >= rank[states.get(clocked) ?? ""]) {
      states.set(clocked, state);
    }
  }
  states.forEach((state, element) => setState(element, state));
}

function beat() {
  const seconds = Math.floor(serverNow());
  tick(!calm.matches || seconds % CALM === 0);
  setTimeout(beat, 1000 * (1 - (serverNow() % 1)) + 5);
}

if (document.body.dataset.now) {
  follow(Number(document.body.dataset.now));
}
document.addEventListener("carma:heartbeat", ({ detail }) => follow(Date.parse(detail.at) / 1000));
document.addEventListener("visibilitychange", () => tick(true));
document.addEventListener("htmx:afterSettle", () => tick(!calm.matches));
beat();
