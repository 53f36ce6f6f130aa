// Forms: a button that was pressed cannot be pressed again; filters that change are applied at once.
export function watchForms() {
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
