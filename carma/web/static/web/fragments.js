// Keeps the live parts of a page up to date: what the stream says has changed is fetched again from
// its own address, where the server decides anew what this user may see.
//
// A live part is an element with an id, data-live="type:id type:*" (what it shows) and data-live-url.
// With data-live-unseen it is fetched at once, and also while the page lies behind another: an alarm must sound there.
// With data-live-every it is also asked for every so many seconds, for what no event tells of.
// What is due at the same moment is asked for together, at <body data-parts-url>.
// At most one fetch a second each; 304 leaves it alone; 403, 404 and 410 take it off the page.
// Nothing moves under the user's hands: while somebody types, presses or has a menu open in it, the
// part waits and carries data-stale. Focus comes back to the element with the same id; scrolling
// parts and <details> keep their place when they have an id. Fragments must not carry `autofocus`.

const GAP = 1000; // ms between two fetches of one part
const SPREAD = 150; // ms over which the boards of a room fetch a list, so that not all ask at once
const SPREAD_ALL = 300; // ms, after a resync
const RECENT = 5000; // ms for which a part that is only now coming onto the page may have missed an event
const LONGEST_WAIT = 30000;
const MOST = 30; // parts asked for together, as `carma.web.parts` has it

const FIELDS = "input, select, textarea, [contenteditable]";
const TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio])";
const MENUS = ".dropdown-menu.show, dialog[open]";

const due = new Map(); // id → moment from which it may be fetched
const fetched = new Map(); // id → moment of the last fetch
const tries = new Map(); // id → failures in a row
const fetching = new Set();
const etags = new WeakMap(); // element → ETag of what it shows
const opened = performance.now();
let recent = [];
let together = 0; // the moment for which what happened just now is put off, for all parts
let pressed = null;
let swapping = false;
let timer = 0;

const now = () => performance.now();

function mark(element, spread) {
  if (!element.id || !element.dataset.liveUrl || due.has(element.id)) {
    return;
  }
  const earliest = (fetched.get(element.id) ?? -GAP) + GAP;
  due.set(element.id, Math.max(spread ? inWhile(spread) : now(), earliest));
  plan();
}

/* A moment within the spread, the same one for all that becomes due until then. */
function inWhile(spread) {
  if (together < now()) {
    together = now() + Math.random() * spread;
  }
  return together;
}

// On coming back to a page that lay behind another, everything that is due is fetched at once.
const isWanted = (element) => document.visibilityState !== "hidden" || element.matches("[data-live-unseen]");

function moments() {
  return [...due].filter(([id]) => isWanted(document.getElementById(id) ?? document.body)).map(([, moment]) => moment);
}

function plan(ms) {
  clearTimeout(timer);
  const wanted = moments();
  if (wanted.length) {
    const next = Math.min(...wanted) - now();
    timer = setTimeout(run, ms ?? Math.max(next, 0));
  }
}

function run() {
  const started = [];
  // Document order: what lies within a part that is fetched now comes with it.
  for (const element of document.querySelectorAll("[data-live]")) {
    if (!isWanted(element) || !(due.get(element.id) <= now()) || fetching.has(element.id)) {
      continue;
    }
    if (started.some((outer) => outer.contains(element))) {
      due.delete(element.id);
    } else if (isBusy(element)) {
      element.dataset.stale = "";
    } else {
      started.push(element);
    }
  }
  if (started.length) {
    refresh(started.slice(0, MOST));
  }
  forgetGone();
  const waits = moments().some((moment) => moment <= now());
  plan(waits ? 500 : undefined);
}

function forgetGone() {
  for (const id of due.keys()) {
    if (!document.getElementById(id)) {
      due.delete(id);
    }
  }
}

async function refresh(elements) {
  const known = elements.map((element) => element.id);
  for (const id of known) {
    due.delete(id);
    fetched.set(id, now());
    fetching.add(id);
  }
  try {
    const answers = elements.length > 1 ? await askAll(elements) : [await ask(elements[0])];
    elements.forEach((element, place) => settle(element, answers[place]));
  } catch {
    elements.forEach(later);
  } finally {
    known.forEach((id) => fetching.delete(id));
    plan();
  }
}

/* What the server says of one part: {status, etag, html}; 401 when nobody is signed in any more. */
async function ask(element) {
  const answer = await get(element.dataset.liveUrl, element.id, etags.get(element));
  const html = answer.status === 200 ? await answer.text() : "";
  return { status: answer.redirected ? 401 : answer.status, etag: answer.headers.get("ETag"), html };
}

async function askAll(elements) {
  const told = new URLSearchParams();
  for (const element of elements) {
    told.append("part", element.dataset.liveUrl);
    told.append("etag", etags.get(element) ?? "");
  }
  const answer = await get(`${document.body.dataset.partsUrl}?${told}`, "");
  if (answer.status === 200 && !answer.redirected) {
    return (await answer.json()).parts;
  }
  // Nothing was said of any part by itself: none is taken off the page for it.
  return elements.map(() => ({ status: answer.redirected || answer.status === 401 ? 401 : 503 }));
}

function get(address, target, etag) {
  const headers = { Accept: "text/html", "HX-Request": "true", "HX-Target": target, "HX-Current-URL": location.href };
  if (etag) {
    headers["If-None-Match"] = etag;
  }
  return fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
}

function settle(element, answer) {
  if (!element.isConnected) {
    // Something else replaced it meanwhile, perhaps with an older answer.
    document.getElementById(element.id)?.dispatchEvent(new CustomEvent("carma:refresh", { bubbles: true }));
  } else if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("carma:signed-out"));
  } else if (answer.status === 304) {
    arrived(element);
  } else if ([403, 404, 410].includes(answer.status)) {
    element.remove();
  } else if (answer.status !== 200) {
    later(element);
  } else if (isBusy(element)) {
    element.dataset.stale = "";
    mark(element, 0);
  } else {
    swap(element, answer.html, answer.etag);
  }
}

function arrived(element) {
  tries.delete(element.id);
  delete element.dataset.stale;
}

function later(element) {
  const failed = (tries.get(element.id) ?? 0) + 1;
  tries.set(element.id, failed);
  element.dataset.stale = "";
  due.set(element.id, now() + Math.min(GAP * 2 ** failed, LONGEST_WAIT) * (0.5 + Math.random()));
}

function swap(element, html, etag) {
  const id = element.id;
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  const putBack = places(element);
  swapping = true;
  window.htmx.swap(element, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0, ignoreTitle: true });
  swapping = false;
  const fresh = document.getElementById(id);
  if (!fresh) {
    return;
  }
  if (etag) {
    etags.set(fresh, etag);
  }
  arrived(fresh);
  putBack();
  if (held && !held.isConnected && !fresh.contains(document.activeElement)) {
    // Not onto whatever took its place: the next Enter would hit another incident.
    fresh.tabIndex = -1;
    fresh.focus({ preventScroll: true });
  }
}

// Remembers what is scrolled and unfolded in and around a part; answers how to put it back.
function places(element) {
  const scrolled = [];
  for (let outer = element.parentElement; outer; outer = outer.parentElement) {
    scrolled.push([() => outer, outer.scrollTop, outer.scrollLeft]);
  }
  const unfolded = [];
  for (const inner of [element, ...element.querySelectorAll("[id]")]) {
    const again = () => document.getElementById(inner.id);
    if (inner.scrollTop || inner.scrollLeft) {
      scrolled.push([again, inner.scrollTop, inner.scrollLeft]);
    }
    if (inner instanceof HTMLDetailsElement) {
      unfolded.push([again, inner.open]);
    }
  }
  return () => {
    for (const [find, isOpen] of unfolded) {
      const found = find();
      if (found) {
        found.open = isOpen;
      }
    }
    for (const [find, top, left] of scrolled) {
      const found = find();
      if (found && (found.scrollTop !== top || found.scrollLeft !== left)) {
        found.scrollTo({ top, left, behavior: "instant" });
      }
    }
  };
}

function isBusy(element) {
  const focused = document.activeElement;
  return (
    (pressed !== null && element.contains(pressed)) ||
    (element.contains(focused) && focused.matches(FIELDS)) ||
    element.querySelector(MENUS) !== null ||
    [...element.querySelectorAll(TYPED)].some((field) => field.value !== field.defaultValue) ||
    [...element.querySelectorAll("[type=checkbox], [type=radio]")].some((box) => box.checked !== box.defaultChecked) ||
    [...element.querySelectorAll("select")].some(isChosen)
  );
}

/* Somebody chose something else than the page came with; without a default that is the first. */
function isChosen({ options, selectedIndex }) {
  const own = [...options].findIndex((option) => option.defaultSelected);
  return selectedIndex !== Math.max(own, 0);
}

function shows(tokens) {
  return tokens.map((token) => `[data-live~="${CSS.escape(token)}"]`).join(", ");
}

function release() {
  pressed = null;
  // A click comes after the pointer is released, and must still hit what was pressed.
  setTimeout(run, 60);
}

document.addEventListener("carma:event", ({ detail }) => {
  const one = `${detail.type}:${detail.id}`;
  const all = `${detail.type}:*`;
  recent = recent.filter((past) => now() - past.at < RECENT);
  recent.push({ at: now(), selector: shows([one, all]) });
  for (const element of document.querySelectorAll(shows([one, all]))) {
    mark(element, element.matches(`${shows([one])}, [data-live-unseen]`) ? 0 : SPREAD);
  }
});

document.addEventListener("carma:resync", () => {
  for (const element of document.querySelectorAll("[data-live]")) {
    mark(element, SPREAD_ALL);
  }
});

setInterval(() => {
  for (const element of document.querySelectorAll("[data-live-every]")) {
    if (now() - (fetched.get(element.id) ?? opened) >= 1000 * Number(element.dataset.liveEvery)) {
      mark(element, SPREAD);
    }
  }
}, 1000);

// Ask for a part again without an event: dispatched on it, or on anything within it.
document.addEventListener("carma:refresh", ({ target }) => {
  const element = target.closest?.("[data-live]");
  if (element) {
    mark(element, 0);
  }
});

// A part that comes onto the page may have been drawn just before an event we heard just before it came.
document.addEventListener("htmx:load", ({ target }) => {
  if (swapping) {
    return;
  }
  for (const element of [target, ...target.querySelectorAll("[data-live]")]) {
    if (recent.some((past) => now() - past.at < RECENT && element.matches(past.selector))) {
      mark(element, 0);
    }
  }
});

// What somebody else wrote into a part makes its ETag untrue.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!swapping) {
    for (let part = target.closest("[data-live]"); part; part = part.parentElement?.closest("[data-live]")) {
      etags.delete(part);
    }
  }
});

document.addEventListener("pointerdown", ({ target }) => {
  pressed = target;
});
for (const name of ["pointerup", "pointercancel", "dragend", "focusout", "reset", "close", "hidden.bs.dropdown"]) {
  document.addEventListener(name, release, true);
}
document.addEventListener("visibilitychange", () => {
  pressed = null;
  if (document.visibilityState === "visible") {
    run();
  }
});
