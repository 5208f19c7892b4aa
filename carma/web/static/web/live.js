// The page's line to the server: hears what happened and says how fresh the page is.
//
// <body data-pos data-stream-url data-poll-url>: where the feed stood when the page was drawn, and the
// two ways to follow it. A page without data-pos is not live.
//
// On `document` it dispatches, each with the server's facts as `detail`:
//   carma:event {pos, kind, type, id, version} · carma:resync {pos} · carma:heartbeat {at, pos, engine}
//   carma:state {state, since}, when the state changes
//
// #live-state shows the state; its words are attributes, so that the template can translate them:
//   data-text-connecting|live|polling|reconnecting|stale|signed-out   the words of each state
//   data-text-age="{age} s"                                           how old what is shown may be
//   data-icon-<state>                                                 class of the icon
//   data-banner-stale="… since {time} …", data-banner-signed-out, data-banner-engine="… {time} …"
// The words go into [data-live-text] inside it (role=status belongs there: the age changes every second)
// or into itself; the rest is optional: [data-live-age], [data-live-icon], and icons of which one is shown,
// [data-when="live polling"]. #live-banner (role=alert, hidden) shows the banner; with data-stale-alarm="1"
// it sounds as an alarm of that priority while the page is stale.

// A window with <body data-follow> opens no stream of its own: it follows that of another page of this browser
// (`line.js`), and opens one only while there is none.

import "./fragments.js";
import { follow, host } from "./line.js";

const STALE = 10; // seconds without a sign of life; the server gives one every five
const ENGINE_LATE = 15; // seconds without a round of the alarm engine
const PATIENCE = 5000; // ms for a new stream to give its first sign of life
const POLL = 2000; // ms

const page = document.body.dataset;
let pos = page.pos ? Number(page.pos) : null;
let source = null;
let streaming = false;
let polling = false;
let signedOut = false;
let failures = 0;
let engine = null;
let heardAt = mark();
let serverTime = Date.now();
let shown = "";
const timers = {};
let followed = null; // the line to the page whose stream we follow
const line = host({ isPage: page.follow === undefined, at: () => pos, cede: page.follow === undefined ? null : cede });

// A laptop that slept stops one of the two clocks, somebody setting the time moves the other:
// the greater of both never shows old facts as fresh.
function mark() {
  return { steady: performance.now(), wall: Date.now() };
}

function age() {
  return Math.max(performance.now() - heardAt.steady, Date.now() - heardAt.wall) / 1000;
}

function between(least, most) {
  return least + Math.random() * (most - least);
}

function after(name, ms, work) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(work, ms);
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function open() {
  if (followed) {
    followed.ask();
    return;
  }
  drop();
  clearTimeout(timers.open);
  const address = new URL(page.streamUrl, location.href);
  if (pos !== null) {
    address.searchParams.set("after", pos);
  }
  source = new EventSource(address, { withCredentials: true });
  source.addEventListener("heartbeat", (event) => beat(JSON.parse(event.data)));
  source.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  source.addEventListener("resync", (event) => {
    resync(JSON.parse(event.data).pos);
    drop();
    comeBack();
  });
  // We come back ourselves: the browser would ask for the position the page began with.
  source.addEventListener("error", fail);
  after("patience", PATIENCE, fail);
}

function drop() {
  clearTimeout(timers.patience);
  source?.close();
  source = null;
  streaming = false;
}

function comeBack() {
  after("open", polling ? between(4000, 8000) : between(200, 1500), open);
}

function fail() {
  drop();
  failures += 1;
  if (failures >= 3 && !polling) {
    polling = true;
    poll();
  }
  comeBack();
  show();
}

/* What another page's stream told us. */
function relay({ kind, mode, facts }) {
  failures = 0;
  if (kind === "event") {
    hear(facts);
  } else if (kind === "resync") {
    resync(facts.pos);
  } else {
    streaming = mode === "live";
    polling = mode === "polling";
    signedOut = mode === "signed-out";
    heard(facts);
  }
}

/* Nobody's stream can be followed: open our own, until somebody's can. */
function lead() {
  followed = null;
  streaming = polling = false;
  open();
}

function cede() {
  drop();
  clearTimeout(timers.open);
  clearTimeout(timers.poll);
  polling = false;
  followed = follow(relay, lead, () => pos);
}

function beat(facts) {
  clearTimeout(timers.patience);
  failures = 0;
  streaming = true;
  polling = false;
  signedOut = false;
  heard(facts);
  pos = Math.max(pos ?? 0, facts.pos);
}

// A sign of life, of the stream or of a poll.
function heard(facts) {
  heardAt = mark();
  serverTime = Date.parse(facts.at);
  engine = facts.engine;
  if (!followed) {
    line.tell("beat", polling ? "polling" : "live", facts);
  }
  tell("carma:heartbeat", facts);
  show();
}

function hear(event) {
  if (pos !== null && event.pos <= pos) {
    return;
  }
  pos = event.pos;
  if (!followed) {
    line.tell("event", "", event);
  }
  tell("carma:event", event);
}

function resync(position) {
  pos = position;
  if (!followed) {
    line.tell("resync", "", { pos });
  }
  tell("carma:resync", { pos });
}

async function poll() {
  if (!polling) {
    return;
  }
  try {
    const query = pos === null ? "" : `?after=${pos}`;
    const answer = await fetch(page.pollUrl + query, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 401) {
      signOut();
    } else if (answer.ok && polling) {
      take(await answer.json());
    }
  } catch {
    // No answer: the age of what is shown tells it.
  }
  after("poll", POLL, poll);
}

function take(facts) {
  signedOut = false;
  if (facts.resync) {
    resync(facts.pos);
  } else {
    facts.events.forEach(hear);
    pos = Math.max(pos ?? 0, facts.pos);
  }
  heard(facts);
}

function signOut() {
  signedOut = true;
  show();
}

function state() {
  if (signedOut) return "signed-out";
  if (age() > STALE) return "stale";
  if (streaming) return "live";
  if (polling) return "polling";
  return failures ? "reconnecting" : "connecting";
}

function words(element, name, facts = {}) {
  return element.getAttribute(name)?.replace(/\{(\w+)\}/g, (whole, key) => facts[key] ?? whole) ?? "";
}

function clock(moment, timeStyle) {
  return new Date(moment).toLocaleTimeString("nl-BE", { timeZone: "Europe/Brussels", timeStyle });
}

function show() {
  const element = document.getElementById("live-state");
  const name = state();
  const facts = {
    age: Math.round(age()),
    time: clock(serverTime, "medium"),
  };
  if (element) {
    write(element.querySelector("[data-live-age]"), words(element, "data-text-age", facts));
    if (name !== shown) {
      label(element, name);
    }
    warn(element, name, facts);
  }
  if (name !== shown) {
    shown = name;
    tell("carma:state", { state: name, since: serverTime });
  }
}

function label(element, name) {
  element.dataset.state = name;
  const text = words(element, `data-text-${name}`);
  if (text) {
    write(element.querySelector("[data-live-text]") ?? element, text);
  }
  const icon = element.querySelector("[data-live-icon]");
  if (icon) {
    icon.className = words(element, `data-icon-${name}`);
  }
  for (const part of element.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").includes(name);
  }
}

function warn(element, name, facts) {
  const banner = document.getElementById("live-banner");
  if (!banner) {
    return;
  }
  const late = engine !== null && engine > ENGINE_LATE && name !== "stale" && name !== "signed-out";
  const text = late
    ? words(element, "data-banner-engine", { time: clock(serverTime - engine * 1000, "short") })
    : words(element, `data-banner-${name}`, facts);
  write(banner, text);
  banner.hidden = !text;
  banner.dataset.state = name;
  if (name === "stale" && banner.dataset.staleAlarm) {
    banner.dataset.alarm = banner.dataset.staleAlarm;
  } else {
    delete banner.dataset.alarm;
  }
}

function write(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

function watch() {
  if (source && streaming && age() > STALE) {
    fail();
  }
  show();
}

function catchUp() {
  if (document.visibilityState !== "visible") {
    return;
  }
  if (!streaming || age() > STALE / 2) {
    open();
    if (polling) {
      after("poll", 0, poll);
    }
  }
  show();
}

if (page.pos !== undefined && page.streamUrl) {
  if (page.follow === undefined || !window.BroadcastChannel) {
    open();
  } else {
    followed = follow(relay, lead, () => pos);
  }
  setInterval(watch, 1000);
  document.addEventListener("carma:signed-out", signOut);
  document.addEventListener("visibilitychange", catchUp);
  document.addEventListener("resume", catchUp);
  window.addEventListener("online", catchUp);
  window.addEventListener("offline", () => followed || fail());
  window.addEventListener("pagehide", drop);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      resync(pos);
      open();
    }
  });
}
