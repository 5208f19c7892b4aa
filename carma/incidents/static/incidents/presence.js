// Says every few seconds that this page is open and which verb is being filled in, and shows who else is
// there (#presence). Said at once when a verb opens or closes; expires by itself when the page goes.

import { formToken } from "../web/app.js";

const ALONE = 10000; // ms
const TOGETHER = 4000;
const line = () => document.getElementById("presence");
let timer = 0;
let said = null;
let asking = false;

function busyWith() {
  const open = document.querySelector(".verb[open]");
  if (open) {
    return open.id.replace("verb-", "");
  }
  if (document.querySelector("#side[open]")) {
    return "other";
  }
  return document.querySelector(".note-form textarea")?.value.trim() ? "note" : "";
}

function body(told) {
  return new URLSearchParams({ csrfmiddlewaretoken: formToken(), ...told });
}

async function say() {
  clearTimeout(timer);
  if (document.visibilityState === "hidden" || asking) {
    return;
  }
  asking = true;
  said = busyWith();
  try {
    const answer = await fetch(line().dataset.presence, {
      method: "POST",
      body: body({ verb: said }),
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(8000),
    });
    show(answer.ok && !answer.redirected ? await answer.text() : "");
  } catch {
    show("");
  }
  asking = false;
  timer = setTimeout(say, Number(line().dataset.others) ? TOGETHER : ALONE);
}

/* Without an answer nobody knows who is there: better nothing than what may be untrue. */
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("presence");
  const present = line();
  const now = fresh?.innerHTML ?? "";
  if (present.innerHTML !== now) {
    present.innerHTML = now;
  }
  present.dataset.others = fresh?.dataset.others ?? "0";
}

function soon() {
  if (busyWith() !== said) {
    clearTimeout(timer);
    timer = setTimeout(say, 300);
  }
}

document.addEventListener("toggle", soon, true);
document.addEventListener("input", soon);
document.addEventListener("htmx:afterSwap", soon);
document.addEventListener("close", soon, true);
document.addEventListener("visibilitychange", say);
window.addEventListener("pagehide", () => navigator.sendBeacon(line().dataset.presence, body({ leave: "1" })));
say();
