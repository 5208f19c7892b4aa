// The panic button of a team. Two touches in two places: opening what is shut ([data-panic]), then the call.
// What was opened and left alone shuts by itself. A call that does not reach the server is tried until it does.

const OPEN_MS = 10000;
const AGAIN_MS = 2000;

let shutting = 0;
let again = 0;

const panic = () => document.querySelector("[data-panic]");

function shutLater() {
  clearTimeout(shutting);
  shutting = setTimeout(() => {
    if (!again) {
      panic()?.removeAttribute("open");
    }
  }, OPEN_MS);
}

// "toggle" does not rise to the document, but is caught on its way down.
document.addEventListener("toggle", ({ target }) => {
  if (target === panic() && target.open) {
    shutLater();
  }
}, true);

for (const sign of ["pointerdown", "keydown", "focusin"]) {
  document.addEventListener(sign, ({ target }) => {
    if (panic()?.open && panic().contains(target)) {
      shutLater();
    }
  });
}

// The form may have been drawn anew meanwhile, so it is looked for at the moment itself.
function unsent(isUnsent) {
  clearTimeout(again);
  again = isUnsent ? setTimeout(() => document.querySelector("[data-panic-call]")?.requestSubmit(), AGAIN_MS) : 0;
  document.querySelector("[data-panic-unsent]").hidden = !isUnsent;
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig?.elt.matches("[data-panic-call]")) {
    unsent(!detail.successful);
  }
});
