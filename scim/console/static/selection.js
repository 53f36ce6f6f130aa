// Checkboxes of a table: how many are on, all at once, and what is done to them in a dialog over the page.
//
// Without scripts the buttons of the form lead to the same pages.
export function watchSelection() {
  for (const form of document.querySelectorAll("form[data-selection]")) watch(form);
}

function watch(form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][name]")];
  const all = form.querySelector("[data-select-all]");
  if (!boxes.length || !all) return;
  const links = [...form.querySelectorAll("[data-selection-action]")].map(linkOf);
  const told = form.querySelector("[data-selected]");
  const update = () => {
    const chosen = boxes.filter((box) => box.checked);
    const query = new URLSearchParams(chosen.map((box) => [box.name, box.value]));
    all.checked = chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
    told.textContent = chosen.length ? told.dataset.selected.replace("{number}", chosen.length) : "";
    for (const link of links) link.href = `${link.dataset.address}?${query}`;
    form.toggleAttribute("data-has-selected", chosen.length > 0);
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    update();
  });
  update();
}

function linkOf(button) {
  const link = document.createElement("a");
  link.className = button.className;
  link.textContent = button.textContent;
  Object.assign(link.dataset, { dialog: "", address: button.formAction });
  button.replaceWith(link);
  return link;
}
