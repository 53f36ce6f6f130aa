// Signing in again in place: above the page and its dialogs, which stay as they are.
import { busy } from "./forms.js";
import { copyOf, fill, makeWindow } from "./windows.js";

// What forms of the new session hold; null when the person did not sign in. `send` asks the server for a dialog.
export function signInAgain(address, send) {
  return new Promise((resolve) => {
    let token = null;
    const dialog = makeWindow(() => dialog.close());
    dialog.addEventListener("close", () => resolve(token));
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      busy(event.target, true);
      show(new URLSearchParams(new FormData(event.target)));
    });
    dialog.addEventListener("click", (event) => {
      const closing = event.target.closest("[data-close-dialog]");
      if (!closing && !event.target.closest("a[data-dialog], [data-again]")) return;
      event.preventDefault();
      event.stopPropagation();
      if (closing) dialog.close();
      else show();
    });
    show();

    async function show(body) {
      const reply = await send(address, body).catch(() => null);
      if (reply?.headers.has("X-CSRF-Token")) {
        token = taken(reply);
        if (dialog.open) dialog.close();
        else dialog.dispatchEvent(new Event("close")); // signed in elsewhere, meanwhile: there is nothing to ask
        return;
      }
      const page = new DOMParser().parseFromString(reply ? await reply.text() : "", "text/html");
      const content = page.querySelector("[data-dialog-content]");
      fill(dialog, content ? document.adoptNode(content) : copyOf("load-failed"));
    }
  });
}

// The token, for all forms that are there; null for somebody else, whose pages these are not.
function taken(reply) {
  if (reply.headers.get("X-Account") !== document.body.dataset.account) {
    location.assign(reply.headers.get("X-Location"));
    return null;
  }
  const token = reply.headers.get("X-CSRF-Token");
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = token;
  return token;
}
