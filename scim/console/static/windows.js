// <dialog> elements: made when they are needed, filled with what the server sent, gone once they are closed.
import { nameFields } from "./refusals.js";
import { localiseTimes } from "./times.js";

const REFERENCES = ["for", "list", "data-copy", "aria-describedby", "aria-labelledby", "aria-controls"];
let made = 0;

// `close` is what Esc does. The focus goes back to `opener`; a menu that it was in is closed by then.
export function makeWindow(close, opener = document.activeElement) {
  const dialog = document.createElement("dialog");
  dialog.id = `window-${made += 1}`;
  dialog.addEventListener("keydown", (event) => { // browsers let `cancel` be refused only once in a row
    if (event.key !== "Escape" || event.target.closest("details[data-menu][open], [data-picker] details[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  dialog.addEventListener("cancel", (event) => { // the gesture of phones that goes back
    if (event.target !== dialog) return;
    event.preventDefault();
    close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    const menu = opener?.closest?.("details[data-menu]");
    (menu ? menu.querySelector("summary") : opener)?.focus();
  });
  document.body.append(dialog);
  return dialog;
}

export function fill(dialog, content) {
  const toasts = document.createElement("div");
  Object.assign(toasts, { className: "toasts", role: "status", ariaLive: "polite" });
  toasts.dataset.toasts = "";
  dialog.replaceChildren();
  keepNamesApart(content, dialog.id);
  const title = content.getAttribute("aria-labelledby");
  if (title) dialog.setAttribute("aria-labelledby", title);
  dialog.append(content, toasts);
  localiseTimes(dialog);
  nameFields(dialog);
  if (!dialog.open) dialog.showModal();
  focusFirst(dialog);
}

// The content of a <template> of templates/scripted.html.
export function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

// The page may have a field of the same name, and labels find theirs by id.
function keepNamesApart(content, prefix) {
  for (const element of content.querySelectorAll("[id]")) {
    if (!document.getElementById(element.id)) continue;
    const name = `${prefix}-${element.id}`;
    for (const attribute of REFERENCES) {
      for (const each of [content, ...content.querySelectorAll(`[${attribute}="${CSS.escape(element.id)}"]`)]) {
        if (each.getAttribute(attribute) === element.id) each.setAttribute(attribute, name);
      }
    }
    for (const link of content.querySelectorAll(`a[href="#${CSS.escape(element.id)}"]`)) link.hash = name;
    element.id = name;
  }
}

function focusFirst(dialog) {
  const wrong = dialog.querySelector("[data-wrong] :is(input, select, textarea)");
  const field = dialog.querySelector("input:not([type=hidden], [readonly], details:not([open]) *), select, textarea, [data-picker] summary");
  const isDestructive = dialog.querySelector(".dialog-footer .danger");
  const cancel = dialog.querySelector("[data-first]");
  (wrong ?? (isDestructive ? cancel : field) ?? cancel)?.focus();
}
