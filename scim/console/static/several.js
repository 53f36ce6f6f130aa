// Fields of which there may be several: one is added from the template, and removed with its button.
export function watchSeveral() {
  document.addEventListener("click", (event) => {
    const list = event.target.closest("[data-several]");
    if (!list) return;
    if (event.target.closest("[data-add]")) add(list);
    const item = event.target.closest("[data-remove]")?.closest(".several-item");
    if (item) remove(list, item);
  });
}

function add(list) {
  const template = list.querySelector("template");
  const item = template.content.firstElementChild.cloneNode(true);
  (list.querySelector(":scope > .spare") ?? template).before(item);
  number(list);
  item.querySelector("input").focus();
}

function remove(list, item) {
  const others = [...list.querySelectorAll(":scope > .several-item:not(.spare)")];
  const near = others[others.indexOf(item) + 1] ?? others[others.indexOf(item) - 1];
  item.remove();
  number(list);
  (near?.querySelector("input") ?? list.querySelector("[data-add]")).focus();
}

function number(list) {
  const label = list.querySelector("template").content.querySelector("input").getAttribute("aria-label");
  list.querySelectorAll(":scope > .several-item input").forEach((input, at) => input.setAttribute("aria-label", `${label} ${at + 1}`));
}
