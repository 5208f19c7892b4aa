// Taking a call: what the words suggest, what runs nearby, and that nothing typed is ever lost.

import { asker, comboboxOf, paced } from "./combobox.js";
import { placeMap } from "./map.js";

const form = document.getElementById("intake");
const fields = form.elements;
const problems = document.getElementById("intake-problems");
const duplicates = document.getElementById("duplicates");
const typeBox = comboboxOf(form.querySelector("[data-combobox=type]"));
const placeBox = comboboxOf(form.querySelector("[data-combobox=place]"));
const FEWEST = 3; // signs from which words are worth a suggestion
const MOST_WORDS = 1000; // for an address

/* ---- for who does not see the page: what it filled in by itself, once it stands still ---- */

const news = new Map();
let telling = 0;

function say(about, text) {
  news.set(about, text);
  clearTimeout(telling);
  telling = setTimeout(() => {
    document.getElementById("intake-said").textContent = [...news.values()].filter(Boolean).join(" ");
    news.clear();
  }, 700);
}

/* ---- priority: the type's, until a human chose ---- */

let isPriorityChosen = [...fields.priority].some((one) => one.checked);

function followType(option) {
  if (!isPriorityChosen) {
    fields.priority.value = option?.dataset.priority ?? "";
  }
  sayPriority();
}

function sayPriority() {
  const hint = document.getElementById("priority-hint");
  const { chosen, noType, follows } = hint.dataset;
  const isSet = fields.priority.value !== "";
  hint.textContent = isPriorityChosen ? (fields.type.value ? chosen : `${chosen}, ${noType}`) : isSet ? follows : "";
}

for (const radio of fields.priority) {
  radio.addEventListener("change", () => {
    isPriorityChosen = true;
    sayPriority();
  });
}

/* ---- type: the words', until a human chose ---- */

const others = document.createElement("span");
others.className = "type-others";
typeBox.hintLine.after(others);

const suggest = paced(async () => {
  const words = fields.words.value.trim();
  if (words.length < FEWEST || typeBox.isChosen) {
    return;
  }
  const html = await typeBox.ask({ q: words });
  if (html !== null && typeBox.suggest(html)) {
    offerOthers();
  }
});

/* The other likely types stand beside the field: a burglary found and one going on differ in one word. */
function offerOthers() {
  others.replaceChildren(...typeBox.options.slice(1, 4).map((option) => {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1; // by keyboard: the arrows in the field
    button.className = "type-other";
    const label = document.createElement("span");
    label.textContent = button.title = option.dataset.label;
    button.append(option.querySelector(".priority").cloneNode(true), label);
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => typeBox.choose(option));
    return button;
  }));
}

fields.words.addEventListener("input", suggest);

form.addEventListener("chosen", ({ detail }) => {
  const { kind, option, suggested } = detail;
  if (kind === "type") {
    followType(option);
    if (!suggested) {
      others.replaceChildren();
    }
    const { label = "", priority = "" } = option?.dataset ?? {};
    say("type", suggested && option ? form.dataset.wordType.replace("{label}", label).replace("{priority}", priority) : "");
  } else {
    map.show(fields.lat.value, fields.lon.value);
    say("place", placeBox.hintLine.textContent);
  }
  if (fields.type.value === "") {
    suggest();
  }
  lookForQuestions();
  lookAround();
  lookAtPlace();
});

/* ---- what to ask for this type; under everything else, so that nothing moves when it comes ---- */

const questions = document.getElementById("questions");
const askQuestions = asker(form.dataset.questionsUrl);
let askedFor = fields.type.value;

const lookForQuestions = paced(async () => {
  const type = fields.type.value;
  if (type === askedFor || questions.contains(document.activeElement)) {
    return;
  }
  const answered = [...questions.querySelectorAll("input")].filter((input) => input.value).map((input) => [input.name, input.value]);
  const html = type || answered.length ? await askQuestions([["type", type], ...answered]) : "";
  if (html === null) {
    return;
  }
  askedFor = type;
  questions.innerHTML = html;
  questions.parentElement.hidden = !questions.childElementCount;
});

/* Enter goes to the next one; it never sends a call that is half told. */
questions.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.ctrlKey) {
    event.preventDefault();
    event.target.closest(".question").nextElementSibling?.querySelector("input").focus();
  }
});

form.querySelector("[data-first-question]").addEventListener("click", () => {
  const inputs = [...questions.querySelectorAll("input")];
  (inputs.find((input) => !input.value) ?? inputs[0])?.focus();
});

/* ---- running incidents that may be the same ---- */

const askDuplicates = asker(form.dataset.duplicatesUrl);
const ASKED = ["key", "channel", "type", "lat", "lon", "caller_phone"];
let shownFor = "";

const lookAround = paced(async () => {
  const params = paramsOf(ASKED);
  const isKnown = (fields.type.value && fields.lat.value) || fields.caller_phone.value.length > 5;
  if (String(params) === shownFor || !(isKnown || shownFor)) {
    return;
  }
  const html = await askDuplicates(params);
  if (html === null) {
    return;
  }
  shownFor = String(params);
  show(duplicates, html);
});

function paramsOf(names) {
  return new URLSearchParams(names.map((name) => [name, fields[name].value]));
}

function show(part, html) {
  part.innerHTML = html;
  window.htmx.process(part);
  shown(part);
  document.dispatchEvent(new CustomEvent("carma:drawn"));
}

/* Also when it came anew because a colleague took a call or wrote a warning meanwhile. */
function shown(part) {
  say(part.id, part.querySelector("[data-said]")?.dataset.said ?? "");
  if (part === duplicates) {
    map.number(duplicates.querySelectorAll("[data-number][data-lat]"));
  }
}

document.addEventListener("htmx:load", ({ target }) => {
  const part = target.closest?.("#duplicates, #place-known");
  if (part) {
    shown(part);
  }
});

/* ---- what is known of the place: dangers, bans, what happened there ---- */

const placeKnown = document.getElementById("place-known");
const askPlace = asker(form.dataset.placeUrl);
const PLACE = ["key", "lat", "lon", "address_id", "words"];
let knownFor = "";

const lookAtPlace = paced(async () => {
  const params = paramsOf(PLACE);
  params.set("words", fields.words.value.slice(0, MOST_WORDS));
  const isTold = fields.lat.value || fields.words.value.trim().length >= FEWEST;
  if (String(params) === knownFor || !(isTold || knownFor)) {
    return;
  }
  const html = await askPlace(params);
  if (html === null) {
    return;
  }
  knownFor = String(params);
  show(placeKnown, html);
});

fields.words.addEventListener("input", lookAtPlace);
fields.caller_phone.addEventListener("input", lookAround);

/* ---- the centre's time only for calls that came from there ---- */

function showByChannel() {
  for (const part of form.querySelectorAll("[data-for-channel]")) {
    const filled = [...part.querySelectorAll("input")].some((input) => input.value);
    part.hidden = !filled && !part.dataset.forChannel.split(" ").includes(fields.channel.value);
  }
}
fields.channel.addEventListener("change", showByChannel);
showByChannel();

/* ---- saving: the form stays as it is until the server has it ---- */

let isSaved = false;

function isDirty() {
  return ["words", "place", "caller_phone", "caller_name"].some((name) => fields[name].value !== fields[name].defaultValue) ||
    [...questions.querySelectorAll("input")].some((input) => input.value !== "");
}

addEventListener("beforeunload", (event) => {
  if (isDirty() && !isSaved) {
    event.preventDefault();
  }
});

form.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt === form) {
    form.dataset.saving = "";
    problems.replaceChildren();
  }
});

form.addEventListener("htmx:afterRequest", () => delete form.dataset.saving);
form.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  isSaved = detail.xhr.getResponseHeader("HX-Redirect") !== null;
});

/* A refusal stands with the form, not at the top of the page. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt === form) {
    detail.target = problems;
  }
});

problems.addEventListener("htmx:afterSwap", () => {
  if (!problems.querySelector("[role=alert]")) {
    unusable(); // not our server that answered, or not in our words
  }
  const wrong = markWrong();
  (wrong ?? problems).focus();
  problems.scrollIntoView({ block: "nearest" });
});

function unusable() {
  const line = document.createElement("p");
  line.className = "refusal notice";
  line.setAttribute("role", "alert");
  line.textContent = form.dataset.wordUnusable;
  problems.replaceChildren(line);
}

function markWrong() {
  const inputs = [...problems.querySelectorAll("[data-problem]")].map((link) => document.getElementById(link.dataset.problem));
  for (const input of inputs) {
    input?.setAttribute("aria-invalid", "true");
    input?.classList.add("is-invalid");
  }
  return inputs.find((input) => input?.matches("input:not([type=hidden]), select, textarea"));
}

form.addEventListener("input", ({ target }) => {
  target.removeAttribute("aria-invalid");
  target.classList.remove("is-invalid");
});

/* ---- the map ---- */

const map = placeMap(document.getElementById("intake-map"), {
  chosen(option) {
    placeBox.choose(option);
  },
  outside(words) {
    placeBox.hintLine.textContent = words;
    placeBox.hintLine.toggleAttribute("data-warn", true);
    say("place", words);
  },
});

/* What a reload, or the answer to a plain form, brought along. */
sayPriority();
markWrong();
if (fields.lat.value) {
  map.show(fields.lat.value, fields.lon.value);
}
lookAround();
lookAtPlace();
