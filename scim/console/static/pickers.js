// A drop-down of checkboxes is a <details>: its summary tells what is chosen, and Esc closes it, not the dialog around.
export function watchPickers() {
  document.addEventListener("change", (event) => {
    const picker = event.target.closest("[data-picker]");
    if (picker) tell(picker);
  });
  document.addEventListener("keydown", (event) => {
    const list = event.key === "Escape" && event.target.closest?.("[data-picker] details[open]");
    if (!list) return;
    event.preventDefault();
    list.open = false;
    list.querySelector("summary").focus();
  });
}

function tell(picker) {
  const chosen = [...picker.querySelectorAll("input:checked")].map((input) => chip(input.labels[0].textContent));
  const told = picker.querySelector("[data-chosen]");
  told.replaceChildren(...(chosen.length ? chosen : [told.dataset.none]));
}

function chip(text) {
  const made = document.createElement("bdi");
  made.className = "chip";
  made.textContent = text;
  return made;
}
