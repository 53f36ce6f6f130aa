// Forms that were changed and not sent: whoever leaves them is asked first (guard.js). What is typed to search, to filter,
// to prove who one is or to confirm that something is to go does not count.
const sent = new WeakSet();
const asSent = new WeakMap(); // what forms held when they came from the server

export function watchUnsaved() {
  if (!document.body.dataset.account) return; // who only signs in loses nothing
  remember(document);
  document.addEventListener("submit", (event) => { // of a dialog, `forget` tells that it was taken
    if (!event.defaultPrevented) sent.add(event.target);
  });
  addEventListener("pageshow", (event) => { // from the browser's cache of pages: what was sent is a draft again
    if (event.persisted) formsIn(document).forEach((form) => sent.delete(form));
  });
}

// Take what the forms hold as unchanged.
export function remember(root) {
  for (const form of formsIn(root)) {
    const untouched = form.cloneNode(true); // browsers fill fields in again when a page is loaded anew
    untouched.reset();
    asSent.set(form, contentOf(untouched));
  }
}

// From now on nothing is asked about these forms.
export function forget(root) {
  for (const form of formsIn(root)) asSent.delete(form);
}

export function isUnsaved(root) {
  return formsIn(root).some((form) => asSent.has(form) && !sent.has(form) && isChanged(form));
}

function formsIn(root) {
  return [...root.querySelectorAll("form[method=post]")].filter((form) => !form.querySelector(".dialog-footer .danger"));
}

function isChanged(form) {
  return contentOf(form) !== asSent.get(form) || isRefused(form);
}

// A form that was refused holds what was typed before.
function isRefused(form) {
  const part = form.closest("[data-dialog-content], main");
  return part?.querySelector("[data-refused]") && fieldsOf(form).some((field) => !isChoice(field) && !field.options && field.value);
}

function contentOf(form) {
  return JSON.stringify(fieldsOf(form).map((field) => [field.name, isChoice(field) ? field.checked : field.value]));
}

function fieldsOf(form) {
  return [...form.elements].filter(isTyped);
}

function isChoice(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function isTyped(field) {
  return field.name && !["hidden", "submit", "button", "fieldset"].includes(field.type) && !field.readOnly
    && field.autocomplete !== "one-time-code";
}
