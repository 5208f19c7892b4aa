// A field that offers what may be meant while one types: arrows walk, Enter or a click chooses, Esc leaves.
//
// [data-combobox="type|place"] holds an input (role=combobox) and a list (role=listbox); data-url answers its
// options for ?q=. Options carry data-value or data-label, what the field then says. A choice is told as
// `chosen` {kind, option, suggested}; option is null when the text no longer is one that was chosen.
// data-words: what to suggest from when the field is empty and an arrow asks.

const PACE_MS = 150;
const FEWEST = 2; // signs

/** Runs `work` at once, then at most every PACE_MS and never twice at a time; what came last always counts. */
export function paced(work) {
  let timer = 0;
  let endedAt = -PACE_MS;
  let isRunning = false;
  let isOwed = false;
  function plan() {
    timer ||= setTimeout(run, Math.max(endedAt + PACE_MS - performance.now(), 0));
  }
  async function run() {
    timer = 0;
    if (isRunning) {
      isOwed = true;
      return;
    }
    isRunning = true;
    await work();
    isRunning = false;
    endedAt = performance.now();
    if (isOwed) {
      isOwed = false;
      plan();
    }
  }
  return plan;
}

/** Asks an address; answers null when it can't be reached, refuses, or was asked anew meanwhile. */
export function asker(url) {
  let latest = 0;
  return async (params) => {
    latest += 1;
    const mine = latest;
    try {
      const query = new URLSearchParams(params);
      const answer = await fetch(`${url}?${query}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
      if (answer.status === 401) {
        document.dispatchEvent(new CustomEvent("carma:signed-out"));
      }
      return answer.ok && mine === latest ? await answer.text() : null;
    } catch {
      return null; // the page's live state tells that the server is away
    }
  };
}

export class Combobox {
  constructor(root) {
    this.root = root;
    this.kind = root.dataset.combobox;
    this.input = root.querySelector("input");
    this.list = root.querySelector("[role=listbox]");
    this.hintLine = root.querySelector(".form-hint");
    this.isChosen = this.words !== "";
    this.isSuggested = false;
    this.isLoose = false; // typed, and not yet known to be one of the list
    this.listedFor = null; // the words that the list answers, or will once `listing` is there
    this.listing = Promise.resolve();
    this.isListing = false;
    this.active = -1;
    this.ask = asker(root.dataset.url);
    this.refill = paced(() => this.fill());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.left());
    this.list.addEventListener("mousedown", (event) => this.pressed(event));
  }

  get words() {
    return this.input.value.trim();
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get isOpen() {
    return !this.list.hidden;
  }

  get hasCursor() {
    return document.activeElement === this.input;
  }

  typed() {
    this.isChosen = this.isLoose = this.words !== "";
    this.isSuggested = false;
    this.tell(null);
    this.refill();
  }

  async fill() {
    const { words } = this;
    if (words.length < FEWEST) {
      this.close();
    } else if (this.hasCursor) {
      await this.fresh();
      if (words === this.words && this.hasCursor) {
        this.open();
      }
    }
  }

  /** Makes the list answer what the field says now: a quick hand must not choose from an older list. */
  fresh() {
    const { words } = this;
    if (words !== this.listedFor) {
      this.listedFor = words;
      this.isListing = true;
      this.listing = this.ask({ q: words || this.root.dataset.words || "" }).then((html) => {
        if (this.listedFor === words) {
          this.isListing = false;
          this.offer(html ?? "");
          this.listedFor = html === null ? null : words;
        }
      });
    }
    return this.listing;
  }

  /** Leaving with what can mean one thing only (a code, a whole name, the one answer) chooses it. */
  async left() {
    if (document.querySelector("dialog:modal")) {
      return; // what opens over the page comes back to the field: it is not left
    }
    const { words } = this;
    this.close();
    if (!this.isLoose || !words) {
      return;
    }
    await this.fresh();
    if (words !== this.words || this.hasCursor) {
      return;
    }
    const { options } = this;
    const meant = options.find((option) => names(option, words)) ?? (options.length === 1 ? options[0] : null);
    if (meant) {
      this.choose(meant);
    } else {
      this.isLoose = false;
      this.tell(null);
    }
  }

  offer(html) {
    this.list.innerHTML = html;
    this.options.forEach((option, at) => {
      option.id = `${this.list.id}_${at}`;
      option.setAttribute("aria-selected", "false");
    });
    this.mark(-1);
  }

  open() {
    const any = this.options.length > 0;
    this.list.hidden = !any;
    this.input.setAttribute("aria-expanded", String(any));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.walk(step);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      // Enter chooses; it never sends a form that is half filled in.
      event.preventDefault();
      this.enter();
    } else if (event.key === "Tab" && this.isOpen && this.active >= 0) {
      this.choose(this.options[this.active]);
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  async walk(step) {
    await this.fresh();
    const count = this.options.length;
    if (count && this.hasCursor) {
      const edge = step > 0 ? 0 : count - 1;
      this.open();
      this.mark(this.active < 0 ? edge : (this.active + step + count) % count);
    }
  }

  async enter() {
    if (!this.isOpen && !this.isLoose && !this.isListing) {
      return;
    }
    await this.fresh();
    const option = this.options[Math.max(this.active, 0)];
    if (option && this.hasCursor) {
      this.choose(option);
    }
  }

  mark(index) {
    const options = this.options;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.active = index;
    if (index < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  }

  pressed(event) {
    event.preventDefault(); // the cursor stays in the field
    const option = event.target.closest("[role=option]");
    if (option) {
      this.choose(option);
    }
  }

  choose(option) {
    this.write(option);
    this.isChosen = true;
    this.isSuggested = this.isLoose = false;
    this.close();
    this.tell(option);
  }

  /** What the words suggest, as long as no human chose. Answers whether it was taken. */
  suggest(html) {
    if (this.isChosen || this.hasCursor) {
      return false;
    }
    this.offer(html);
    const first = this.options[0] ?? null;
    const before = this.input.value;
    this.isSuggested = first !== null;
    this.write(first);
    if (this.input.value !== before) {
      this.tell(first);
    }
    return true;
  }

  write(option) {
    this.input.value = option ? (option.dataset.value ?? option.dataset.label) : "";
    this.isListing = false;
    this.listedFor = this.words; // the arrows go on in the list that it came from
  }

  /** Says under the field what its text is worth. While one types, nothing is wrong yet. */
  hint(option) {
    const { dataset } = this.hintLine;
    const isUnknown = this.words !== "" && !option && !this.isLoose;
    const known = this.isSuggested ? dataset.suggested : dataset.known;
    this.hintLine.textContent = option ? known : isUnknown ? dataset.unknown : "";
    this.hintLine.toggleAttribute("data-warn", isUnknown);
  }

  tell(option) {
    const detail = { kind: this.kind, option, suggested: this.isSuggested };
    this.hint(option);
    this.root.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail }));
  }
}

function names(option, words) {
  const text = words.toLowerCase();
  const { value = "", label = "" } = option.dataset;
  const code = value.split(" ", 1)[0];
  return [value, label, code].some((name) => name.toLowerCase() === text);
}

const boxes = new WeakMap();

export function comboboxOf(root) {
  if (!boxes.has(root)) {
    boxes.set(root, new Combobox(root));
  }
  return boxes.get(root);
}

function prepare(scope) {
  scope.querySelectorAll("[data-combobox]").forEach(comboboxOf);
}

/* The point of a chosen place lies in hidden fields of its form; typing on makes it untrue. Whoever else
   listens finds it there. */
document.addEventListener("chosen", ({ target, detail }) => {
  const form = target.closest("form");
  if (detail.kind !== "place" || !form) {
    return;
  }
  const { lat = "", lon = "", addressId = "" } = detail.option?.dataset ?? {};
  form.elements.lat.value = lat;
  form.elements.lon.value = lon;
  form.elements.address_id.value = addressId;
}, true);

document.addEventListener("htmx:load", ({ target }) => prepare(target.parentElement ?? document));
prepare(document);
