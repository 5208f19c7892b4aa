/* What every page does: the form token, refusals, toasts, the theme. */

const root = document.documentElement;
const refusals = document.getElementById("refusals");
const toasts = document.getElementById("messages");
const TOAST_MS = 6000;

/* Signing in again in another window renews the token: the cookie knows, the page does not. */
export function formToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  const prefix = `${meta.dataset.cookie}=`;
  const cookie = document.cookie.split("; ").find((one) => one.startsWith(prefix));
  return cookie ? cookie.slice(prefix.length) : meta.content;
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = formToken();
});

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector('input[name="csrfmiddlewaretoken"]');
  if (field) field.value = formToken();
}, true);

/* A refusal stays until it is closed, or until something the user does next succeeds. */
document.addEventListener("htmx:afterRequest", (event) => {
  const asked = event.detail.requestConfig?.verb !== "get";
  if (event.detail.successful && asked) refusals.replaceChildren();
});

function unreachable() {
  const line = document.createElement("p");
  line.className = "refusal notice";
  line.setAttribute("role", "alert");
  line.textContent = refusals.dataset.unreachable;
  refusals.replaceChildren(line);
}

/* Live fragments ask again by themselves; what the user did is worth a word. */
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.requestConfig?.verb !== "get") unreachable();
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest(".notice").remove();
});

function fade(line) {
  let timer = setTimeout(() => line.remove(), TOAST_MS);
  line.addEventListener("pointerenter", () => clearTimeout(timer));
  line.addEventListener("pointerleave", () => { timer = setTimeout(() => line.remove(), TOAST_MS); });
}

document.addEventListener("carma:toast", (event) => {
  const line = document.createElement("div");
  line.className = "toast-line";
  line.dataset.level = event.detail.level ?? "success";
  line.textContent = event.detail.text;
  toasts.append(line);
  fade(line);
});

toasts.querySelectorAll(".toast-line").forEach(fade);

document.addEventListener("carma:theme", (event) => {
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  const choice = event.detail.theme;
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = choice === "auto" ? (light ? "light" : "dark") : choice;
  document.querySelectorAll('button[name="theme"]').forEach((button) => {
    button.setAttribute("aria-pressed", String(button.value === choice));
  });
});
