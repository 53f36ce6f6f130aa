// Links with `data-dialog` lead to pages that are dialogs: they are fetched, and shown over the present page.
//
// The server answers a form with a page (the dialog's next step, or the same with what is wrong) or with an address to
// go to. A section with `data-guard` asks before it is closed: it shows a secret that cannot be shown again.
import { busy } from "./forms.js";
import { localiseTimes } from "./times.js";
import { toast } from "./toasts.js";

const FRAGMENT = { "X-Fragment": "dialog" };

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-dialog]");
    const closing = event.target.closest("dialog [data-close-dialog]");
    if (closing) {
      event.preventDefault();
      close(closing.closest("dialog"));
    } else if (link) {
      event.preventDefault();
      open(link);
    }
  });
  document.addEventListener("submit", (event) => {
    const dialog = event.target.closest("dialog");
    if (dialog && event.target.method === "post") {
      event.preventDefault();
      send(dialog, event.target, event.submitter);
    }
  });
  document.addEventListener("rollcall:copied", (event) => {
    if (event.detail.field?.hasAttribute("data-secret")) {
      event.target.closest("[data-guard]")?.removeAttribute("data-guard");
    }
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("[data-guard]")) event.preventDefault();
  });
}

async function open(link) {
  link.closest("details[open]")?.removeAttribute("open");
  const inside = link.closest("dialog");
  const dialog = inside ?? make(link);
  await load(dialog, () => fetch(link.href, { headers: FRAGMENT }), link.href);
}

function make(opener) {
  const dialog = document.createElement("dialog");
  dialog.addEventListener("cancel", (event) => { // Esc
    event.preventDefault();
    close(dialog);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    const menu = opener.closest("details[data-menu]");
    (menu ? menu.querySelector("summary") : opener).focus();
    if (dialog.dataset.changed) location.reload();
  });
  document.body.append(dialog);
  return dialog;
}

async function load(dialog, ask, address) {
  let reply;
  try {
    reply = await ask();
  } catch {
    toast(document.body.dataset.failed);
    if (!dialog.open) dialog.remove();
    return;
  }
  if (reply.headers.has("X-Location")) {
    leave(dialog, reply.headers.get("X-Location"));
  } else if (reply.headers.has("X-Sign-In")) {
    leave(dialog, reply.headers.get("X-Sign-In"));
  } else {
    show(dialog, await reply.text(), address);
    if (reply.headers.has("X-Changed")) dialog.dataset.changed = "yes";
  }
}

function show(dialog, html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const content = page.querySelector("[data-dialog-content]");
  if (!content) { // no dialog: the page itself
    leave(dialog, address);
    return;
  }
  dialog.dataset.address = address;
  const toasts = document.createElement("div");
  Object.assign(toasts, { className: "toasts", role: "status", ariaLive: "polite" });
  toasts.dataset.toasts = "";
  dialog.replaceChildren(document.adoptNode(content), toasts);
  dialog.setAttribute("aria-labelledby", "dialog-title");
  localiseTimes(dialog);
  if (!dialog.open) dialog.showModal();
  focusFirst(dialog);
}

function focusFirst(dialog) {
  const wrong = dialog.querySelector("[data-wrong] :is(input, select, textarea)");
  const field = dialog.querySelector("input:not([type=hidden], [readonly], details:not([open]) *), select, textarea, [data-picker] summary");
  const isDestructive = dialog.querySelector(".dialog-footer .danger");
  (wrong ?? (isDestructive ? dialog.querySelector("[data-first]") : field) ?? dialog.querySelector("[data-first]"))?.focus();
}

async function send(dialog, form, submitter) {
  const address = form.getAttribute("action") || dialog.dataset.address;
  const body = new URLSearchParams(new FormData(form, submitter));
  busy(form, true);
  await load(dialog, () => fetch(address, { method: "POST", headers: FRAGMENT, body }), address);
  if (form.isConnected) busy(form, false);
}

function close(dialog) {
  const guarded = dialog.querySelector("[data-guard]");
  if (guarded && !confirm(guarded.dataset.guard)) return;
  guarded?.removeAttribute("data-guard");
  dialog.close();
}

function leave(dialog, address) {
  dialog.querySelector("[data-guard]")?.removeAttribute("data-guard");
  location.assign(address);
}
