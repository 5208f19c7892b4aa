// The incident's page by keyboard: its verbs open with the cursor in their first field and close with Esc;
// a refusal stands in the form it is about, and what was typed stays.

import "./combobox.js";

const FIELDS = "input:not([type=hidden]), select, textarea";
const head = () => document.getElementById("incident-head");

function firstField(verb) {
  return verb.querySelector("[aria-invalid=true]") ?? [...verb.querySelectorAll(FIELDS)].find((field) => field.checkVisibility());
}

function enter(verb) {
  const field = firstField(verb) ?? verb.querySelector("form button");
  field?.focus();
  field?.select?.();
}

function close(verb) {
  verb.querySelector("form").reset();
  verb.querySelector("[data-refusal]").replaceChildren();
  verb.open = false;
  verb.querySelector("summary").focus();
}

document.addEventListener("click", ({ target }) => {
  const opened = target.closest(".verb > summary")?.parentElement;
  if (opened) {
    setTimeout(() => opened.open && enter(opened)); // the browser opens it after this
  }
  const closed = target.closest("[data-verb-close]");
  if (closed) {
    close(closed.closest(".verb"));
  }
});

document.addEventListener("keydown", (event) => {
  const verb = event.target.closest?.(".verb[open]");
  const form = event.target.closest?.(".verb form, .note-form");
  const isChoosing = event.target.getAttribute?.("aria-expanded") === "true";
  if (event.key === "Escape" && verb && !isChoosing) {
    event.preventDefault();
    close(verb);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    form.requestSubmit();
  }
}, true);

/* ---- answers ---- */

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const refusal = detail.requestConfig.elt.querySelector?.("[data-refusal]");
  if (refusal && detail.xhr.status >= 400 && detail.xhr.status !== 422) {
    detail.target = refusal;
  }
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt, verb: method } = detail.requestConfig;
  if (method === "get" || !elt.matches(".verb form, .note-form")) {
    return;
  }
  const { status, responseText } = detail.xhr;
  if (status === 412 && elt.isConnected) {
    lookAgain(elt, responseText);
  } else if (status === 422) {
    stayOpen(document.getElementById(elt.closest(".verb, .note-form").id));
  } else if (detail.successful) {
    // What was open is gone: from here the next key counts for the incident as it is now.
    if (elt.matches(".verb form")) {
      document.getElementById("incident-title").focus({ preventScroll: true });
    }
    document.getElementById("incident-timeline").dispatchEvent(new CustomEvent("carma:refresh", { bubbles: true }));
  }
});

/* The browser closes a form of the group that comes in while another is still there. */
function stayOpen(part) {
  if (part.matches(".verb")) {
    part.open = true;
  }
  enter(part);
}

/* Somebody was quicker: the facts are drawn anew around the open form, with what was typed still in it. */
async function lookAgain(form, refusal) {
  const { id } = form.closest(".verb");
  const typed = new Map([...new FormData(form)].filter(([name]) => !["version", "csrfmiddlewaretoken"].includes(name)));
  await window.htmx.ajax("GET", head().dataset.liveUrl, { target: head(), swap: "outerHTML" });
  const verb = document.getElementById(id);
  if (!verb) {
    document.getElementById("refusals").innerHTML = refusal;
    document.getElementById("incident-title").focus();
    return;
  }
  const again = verb.querySelector("form");
  for (const [name, value] of typed) {
    const field = again.elements[name];
    if (field?.type === "checkbox") {
      field.checked = true;
    } else if (field) {
      field.value = value;
    }
  }
  verb.querySelector("[data-refusal]").innerHTML = refusal;
  stayOpen(verb);
}
