// The panel beside the page in which a team is chosen or a step is told, and what every verb has in common.
//
// #side              a <dialog> that opens, without shutting off the page, when something is put into it
// [data-side-first]  gets the cursor when it opens
// [data-side-close]  closes it; so do Escape and a verb that succeeded
// [data-choose]      a form with options to filter by typing: arrows choose, Enter sends
// [data-why]         of that form: why another than data-first goes, or one that leaves (data-leaves) other work
// a[data-side]       a link whose page is shown in the panel instead
// button[data-verb]  tells a step of its line (.sent); name and value go along

const side = document.getElementById("side");
let cameFrom = "";

function open() {
  cameFrom = cameFrom || (side.contains(document.activeElement) ? "" : document.activeElement.id);
  if (!side.open) {
    side.show();
  }
  const form = side.querySelector("[data-choose]");
  if (form) {
    begin(form);
  }
  (side.querySelector("[data-side-first]") ?? side.querySelector("button, a, input"))?.focus();
}

function close() {
  if (!side?.open) {
    return;
  }
  side.close();
  side.replaceChildren();
  // The row may have been drawn anew meanwhile: its name stays.
  document.getElementById(cameFrom)?.focus({ preventScroll: true });
  cameFrom = "";
}

/* ---- choosing ---- */

const optionsOf = (form) => [...form.querySelectorAll("[role=option]:not([aria-disabled])")];
const offered = (form) => optionsOf(form).filter((option) => !option.hidden);

function point(form, option) {
  for (const other of optionsOf(form)) {
    other.setAttribute("aria-selected", String(other === option));
  }
  const field = form.querySelector("[role=combobox]");
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    field?.removeAttribute("aria-activedescendant");
  }
}

function begin(form) {
  stopAsking(form);
  filter(form);
}

function filter(form) {
  const words = form.querySelector("[role=combobox]")?.value.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  for (const option of form.querySelectorAll("[role=option]")) {
    const text = option.textContent.toLowerCase();
    option.hidden = !words.every((word) => text.includes(word));
  }
  const left = offered(form);
  const none = form.querySelector("[data-no-match]");
  if (none) {
    none.hidden = left.length > 0;
  }
  point(form, left[0]);
}

function step(form, by) {
  const left = offered(form);
  const at = left.findIndex((option) => option.getAttribute("aria-selected") === "true");
  point(form, left[Math.max(0, Math.min(left.length - 1, at + by))]);
}

function choosing(event) {
  const form = event.target.closest?.("[data-choose]");
  if (!form || !event.target.matches("[role=combobox]")) {
    return;
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    step(form, by);
  } else if (event.key === "Enter") {
    form.querySelector("[aria-selected=true]:not([hidden])")?.click();
  } else {
    return;
  }
  event.preventDefault();
}

document.querySelectorAll("[data-choose]").forEach(begin);
document.addEventListener("keydown", choosing);
document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-choose]");
  if (form && target.matches("[role=combobox]")) {
    filter(form);
  }
});

/* ---- saying why, before another team than the first goes or one is called back ---- */

const partOf = (form, name) => form.querySelector(`[data-${name}]`);

/** Whether to ask before an option is sent, and what: the words stand with the form, the names with the option. */
function question(form, option) {
  const isOther = option.dataset.team !== form.dataset.first;
  const leaves = "leaves" in option.dataset;
  const names = { ...option.dataset, first: form.dataset.first };
  const say = (name) => form.dataset[name].replace(/\{(\w+)\}/g, (_all, key) => names[key]);
  return {
    isAsked: isOther || leaves,
    isOther,
    title: say(isOther ? "askOther" : "askBack"),
    told: leaves ? say("toldBack") : "",
    send: say(leaves ? "sendBack" : "send"),
  };
}

function ask(form, option) {
  const { isOther, title, told, send } = question(form, option);
  point(form, option);
  partOf(form, "choice").hidden = true;
  partOf(form, "why").hidden = partOf(form, "why-verbs").hidden = false;
  partOf(form, "why-title").textContent = title;
  partOf(form, "why-told").textContent = told;
  partOf(form, "why-told").hidden = !told;
  const go = partOf(form, "why-send");
  [go.name, go.value, go.querySelector("span").textContent] = [option.name, option.value, send];
  const reason = form.elements.because;
  reason.required = isOther;
  (isOther ? reason : go).focus();
}

function stopAsking(form) {
  const why = partOf(form, "why");
  if (why) {
    why.hidden = true;
    partOf(form, "choice").hidden = false;
    form.elements.because.required = false;
  }
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-choose]");
  const option = event.target.closest(".team-option[data-team]");
  if (option && question(form, option).isAsked) {
    event.preventDefault();
    ask(form, option);
  } else if (event.target.closest("[data-why-back]")) {
    stopAsking(form);
    form.querySelector("[role=combobox]").focus();
  }
});

document.addEventListener("keydown", (event) => {
  const why = event.target.closest?.("[data-why]");
  if (!why || event.defaultPrevented) {
    return;
  }
  if (event.key === "Escape") {
    event.preventDefault();
    why.querySelector("[data-why-back]").click();
  } else if (event.key === "Enter" && event.target.matches("select, input")) {
    event.preventDefault();
    why.querySelector("[data-why-send]").click();
  }
});

/* ---- links into the panel, and the buttons of verbs ---- */

const isPlain = (event) => !(event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

/* Without this script the link leads to a page, and the button belongs to the form "verbs". */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-side]");
  if (link && side && isPlain(event)) {
    event.preventDefault();
    window.htmx.ajax("GET", link.href, { target: side, swap: "innerHTML" });
  }
  const button = event.target.closest("button[data-verb]");
  if (button) {
    event.preventDefault();
    tellVerb(button);
  }
});

function tellVerb(button) {
  if (button.getAttribute("aria-disabled")) {
    return; // pressed twice: it is under way
  }
  button.setAttribute("aria-disabled", "true");
  const again = () => button.removeAttribute("aria-disabled");
  const values = { [button.name]: button.value };
  const target = button.closest(".sent");
  window.htmx.ajax("POST", button.formAction, { source: button, values, target, swap: "outerHTML" }).then(again, again);
}

/* ---- opening, closing, and after a verb ---- */

if (side) {
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target === side) {
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-side-close]") && side.contains(event.target)) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side.open && !event.defaultPrevented) {
      event.preventDefault();
      close();
    }
  });
}

/* Done or refused, what is on the screen is no longer sure: all of it is asked for again. */
function look() {
  for (const part of document.querySelectorAll("[data-live]")) {
    part.dispatchEvent(new CustomEvent("carma:refresh", { bubbles: true }));
  }
}

function afterVerb({ detail }) {
  if (detail.requestConfig?.verb === "get") {
    return;
  }
  look();
  if (!side?.contains(detail.elt)) {
    return;
  }
  if (detail.successful) {
    close();
  } else if (detail.elt.matches("[data-choose]")) {
    choiceAnew(detail.elt);
  }
}

function choiceAnew(form) {
  window.htmx.ajax("GET", form.dataset.choose, { target: side, swap: "innerHTML" });
}

document.addEventListener("htmx:afterRequest", afterVerb);
