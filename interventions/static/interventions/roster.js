// The form of a team: typing a name leaves the members it fits, and those already chosen.

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-filter-crew]")) {
    return;
  }
  const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of target.closest(".crew-choice").querySelectorAll(".form-check")) {
    const text = option.textContent.toLowerCase();
    option.hidden = !option.querySelector("input").checked && !words.every((word) => text.includes(word));
  }
});

/* Enter in the filter chooses the first that fits; it does not send the form. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-filter-crew]")) {
    return;
  }
  event.preventDefault();
  const boxes = [...event.target.closest(".crew-choice").querySelectorAll(".form-check:not([hidden]) input")];
  const first = boxes.find((box) => !box.checked);
  if (first && event.target.value.trim()) {
    first.checked = true;
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
