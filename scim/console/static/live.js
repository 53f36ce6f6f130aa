// Forms with `data-live` show what they lead to while they are filled in. The form is sent with the field that
// `data-live` names, and the parts of the answer (`data-live-part`) take the places of those that are shown.
const PAUSE_MS = 250;
const running = new WeakMap();

export function watchLive() {
  document.addEventListener("input", ({ target }) => {
    if (target.form?.dataset.live && target.name) start(target.form);
  });
  document.addEventListener("submit", ({ target }) => running.get(target)?.abort());
}

function start(form) {
  running.get(form)?.abort();
  const run = new AbortController();
  running.set(form, run);
  setTimeout(() => run.signal.aborted || refresh(form, run.signal), PAUSE_MS);
}

async function refresh(form, signal) {
  const address = form.closest("dialog")?.dataset.address ?? location.href;
  const body = new URLSearchParams(new FormData(form));
  body.append(form.dataset.live, "on");
  let html;
  try {
    const reply = await fetch(address, { method: "POST", headers: { "X-Fragment": "dialog" }, body, signal });
    html = await reply.text();
  } catch {
    return; // overtaken by the next one, or offline: who sends the form in the end is told
  }
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const part of form.querySelectorAll("[data-live-part]")) {
    const fresh = answer.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (fresh) part.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}
