// Refused forms: the focus goes to the first field that is wrong. The list of several names them, and leads to each.
export function watchRefusals() {
  nameFields(document);
  document.querySelector("main [data-wrong] :is(input, select, textarea)")?.focus(); // in dialogs, windows.js does it
  document.addEventListener("click", (event) => {
    const field = fieldOf(event.target.closest("a[data-to-field]"));
    if (!field) return;
    event.preventDefault(); // the address stays as it is
    field.focus();
  });
}

export function nameFields(root) {
  for (const link of root.querySelectorAll("a[data-to-field]")) {
    const label = fieldOf(link)?.labels?.[0];
    if (label) link.prepend(`${label.firstChild.textContent.trim()}: `);
  }
}

function fieldOf(link) {
  return link && document.getElementById(link.hash.slice(1));
}
