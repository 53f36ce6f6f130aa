// Forms: a button that was pressed cannot be pressed again; filters that change are applied at once; the focus goes to
// the first field that is wrong, and from the list of several to each.
export function watchForms() {
  document.querySelector("main [data-wrong] :is(input, select, textarea)")?.focus(); // in dialogs, windows.js does it
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-to-field]");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault(); // the address stays as it is
    field.focus();
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) setTimeout(() => busy(event.target, true)); // after the form's data is taken
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form) form.requestSubmit();
  });
  addEventListener("pageshow", (event) => { // from the browser's cache of pages, with its buttons as they were
    if (event.persisted) document.querySelectorAll("form").forEach((form) => busy(form, false));
  });
}

export function busy(form, is) {
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.disabled = is;
    button.toggleAttribute("aria-busy", is);
    if (is) button.setAttribute("aria-busy", "true");
  }
}
