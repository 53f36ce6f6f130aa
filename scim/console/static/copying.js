// Buttons that copy: `data-copy` names a field, `data-copy-text` holds the text; `data-copied` is what is told then.
import { toast } from "./toasts.js";

export function watchCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-text]");
    if (button) copy(button);
  });
}

async function copy(button) {
  const field = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
  try {
    await navigator.clipboard.writeText(field ? field.value ?? field.textContent : button.dataset.copyText);
  } catch {
    select(field);
    toast(document.body.dataset.copyFailed);
    return;
  }
  button.closest("details[open]")?.removeAttribute("open");
  toast(button.dataset.copied ?? document.body.dataset.copied);
  button.dispatchEvent(new CustomEvent("rollcall:copied", { bubbles: true, detail: { field } }));
}

function select(field) {
  if (field?.select) {
    field.focus();
    field.select();
  } else if (field) {
    getSelection().selectAllChildren(field);
  }
}
