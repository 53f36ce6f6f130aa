// Forms with `data-live` show what they lead to while they are filled in. The form is sent with the field that
// `data-live` names, and the parts of the answer (`data-live-part`) take the places of those that are shown. Buttons
// with `data-step` change the form itself (a row more, a row less): then its `data-step-part`s are taken over, too.
const PAUSE_MS = 250;
const running = new WeakMap();

export function watchLive() {
  document.addEventListener("input", ({ target }) => {
    if (target.form?.dataset.live && target.name) start(target.form, PAUSE_MS);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.live) return;
    running.get(event.target)?.abort();
    if (event.submitter?.hasAttribute("data-step")) {
      event.preventDefault();
      start(event.target, 0, event.submitter);
    }
  });
}

function start(form, pause, step) {
  running.get(form)?.abort();
  const run = new AbortController();
  running.set(form, run);
  setTimeout(() => run.signal.aborted || refresh(form, run.signal, step), pause);
}

async function refresh(form, signal, step) {
  const address = form.closest("dialog")?.dataset.address ?? location.href;
  const body = new URLSearchParams(new FormData(form, step));
  body.append(form.dataset.live, "on");
  let html;
  try {
    const reply = await fetch(address, { method: "POST", headers: { "X-Fragment": "dialog" }, body, signal });
    html = await reply.text();
  } catch {
    return; // overtaken by the next one, or offline: who sends the form in the end is told
  }
  const answer = new DOMParser().parseFromString(html, "text/html");
  takeOver(form.closest("main, dialog"), answer, "data-live-part");
  if (!step) return;
  takeOver(form, answer, "data-step-part");
  form.querySelector("[autofocus]")?.focus();
}

function takeOver(place, answer, kind) {
  for (const part of place.querySelectorAll(`[${kind}]`)) {
    const fresh = answer.querySelector(`[${kind}="${part.getAttribute(kind)}"]`);
    if (fresh) part.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}
