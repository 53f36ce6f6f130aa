// Drop-downs of which several can be chosen: what is chosen stands above as picks, which can be removed.
export function watchPickers() {
  document.addEventListener("input", ({ target }) => {
    const picker = target.closest("[data-picker]");
    if (!picker) return;
    if (target.type === "checkbox") showPicks(picker);
    else narrow(picker, target.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unpick]");
    if (button) unpick(button);
  });
  document.addEventListener("keydown", (event) => {
    const list = event.target.closest?.("[data-picker] > details[open]");
    if (list) onKey(event, list);
  });
}

function showPicks(picker) {
  const template = picker.querySelector("template").content.firstElementChild;
  const picks = [...picker.querySelectorAll("input[type=checkbox]:checked")].map((box) => {
    const pick = template.cloneNode(true);
    const [name, button] = [pick.querySelector("bdi"), pick.querySelector("button")];
    name.textContent = box.dataset.name;
    button.dataset.unpick = box.id;
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")} – ${box.dataset.name}`);
    return pick;
  });
  picker.querySelector("[data-picks]").replaceChildren(...picks);
}

function unpick(button) {
  const picker = button.closest("[data-picker]");
  const at = [...picker.querySelectorAll("[data-unpick]")].indexOf(button);
  const box = document.getElementById(button.dataset.unpick);
  box.checked = false;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  const left = picker.querySelectorAll("[data-unpick]");
  (left[Math.min(at, left.length - 1)] ?? picker.querySelector("summary")).focus();
}

function narrow(picker, text) {
  const wanted = text.trim().toLocaleLowerCase();
  for (const option of picker.querySelectorAll("[data-option]")) {
    const name = option.querySelector("input").dataset.name.toLocaleLowerCase();
    option.hidden = !name.includes(wanted);
  }
}

function onKey(event, list) {
  if (event.key === "Escape") {
    list.open = false;
    list.querySelector("summary").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    move(list, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key !== "Enter" || event.target.matches("summary")) {
    return;
  }
  event.preventDefault(); // Enter would send the form, and Escape close the dialog
  event.stopPropagation();
}

function move(list, by) {
  const stops = [...list.querySelectorAll("summary, [data-option]:not([hidden]) input")];
  const at = stops.indexOf(document.activeElement);
  stops[Math.min(Math.max(at + by, 0), stops.length - 1)].focus();
}
