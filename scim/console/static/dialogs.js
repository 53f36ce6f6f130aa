// Links with `data-dialog` lead to pages that are dialogs: they are fetched, and shown over the present page.
//
// The server answers a form with a page (the dialog's next step, or the same with what is wrong) or with an address to
// go to. A link with `data-close-dialog` closes the dialog that it is in.
import { busy } from "./forms.js";
import { mayLeave, release } from "./guard.js";
import { ask } from "./requests.js";
import { forget, remember } from "./unsaved.js";
import { copyOf, fill, makeWindow } from "./windows.js";

const openers = new WeakSet(); // links whose dialog is on its way

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const dialog = event.target.closest("dialog");
    const action = dialog && event.target.closest("[data-close-dialog], [data-again]");
    const link = event.target.closest("a[data-dialog]");
    if (!action && !link) return;
    event.preventDefault();
    if (!action) open(link);
    else if ("again" in action.dataset) load(dialog, dialog.dataset.address);
    else close(dialog);
  });
  document.addEventListener("submit", (event) => {
    const dialog = event.target.closest("dialog");
    if (event.defaultPrevented || !dialog || event.target.method !== "post") return;
    event.preventDefault();
    send(dialog, event.target, event.submitter);
  });
}

async function open(link) {
  if (openers.has(link)) return;
  const dialog = link.closest("dialog");
  if (dialog && !await mayLeave(dialog)) return;
  openers.add(link);
  link.closest("details[data-menu][open]")?.removeAttribute("open");
  await load(dialog ?? make(link), link.href);
  openers.delete(link);
}

function make(opener) {
  const dialog = makeWindow(() => close(dialog), opener);
  dialog.addEventListener("close", () => {
    if (dialog.dataset.changed) location.reload();
  });
  return dialog;
}

async function load(dialog, address) {
  dialog.dataset.address = address;
  let reply;
  try {
    reply = await ask(address);
  } catch {
    fill(dialog, copyOf("load-failed"));
    return;
  }
  if (reply) await show(dialog, reply, address);
  else if (!dialog.open) dialog.remove();
}

async function send(dialog, form, submitter) {
  const address = form.getAttribute("action") || dialog.dataset.address;
  const body = new URLSearchParams(new FormData(form, submitter));
  busy(form, true);
  form.querySelector("[data-failure]")?.remove();
  try {
    const reply = await ask(address, body);
    if (reply) await show(dialog, reply, address);
  } catch {
    form.prepend(copyOf("send-failed"));
  }
  busy(form, false);
}

async function show(dialog, reply, address) {
  if (reply.headers.has("X-Location")) {
    leave(dialog, reply.headers.get("X-Location"));
    return;
  }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const content = page.querySelector("[data-dialog-content]");
  if (content) {
    dialog.dataset.address = address;
    if (reply.headers.has("X-Changed")) dialog.dataset.changed = "yes";
    fill(dialog, document.adoptNode(content));
    remember(dialog);
  } else if (reply.ok) {
    leave(dialog, address); // no dialog: the page itself
  } else {
    fill(dialog, copyOf("load-failed"));
  }
}

async function close(dialog) {
  if (await mayLeave(dialog)) dialog.close();
}

function leave(dialog, address) {
  release(dialog.querySelector("[data-guard]"));
  forget(dialog);
  const to = new URL(address, location.href);
  if (to.pathname === location.pathname) location.replace(to); // Back does not show the same page twice
  else location.assign(to);
}
