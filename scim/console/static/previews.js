// A form with `data-preview` shows what it would change as soon as something else is chosen, as its button `preview`
// does without scripts.
const PAUSE = 250; // milliseconds: several ticks in a row are one question
let pending;

export function watchPreviews() {
  document.addEventListener("change", (event) => {
    const place = event.target.form?.querySelector("[data-preview]");
    if (place) ask(event.target.form, place);
  });
}

async function ask(form, place) {
  pending?.abort();
  pending = new AbortController();
  const { signal } = pending;
  place.setAttribute("aria-busy", "true");
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  if (signal.aborted || !form.isConnected) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("preview", "1");
  const address = form.closest("dialog")?.dataset.address ?? location.href;
  try {
    const reply = await fetch(address, { method: "POST", headers: { "X-Fragment": "dialog" }, body, signal });
    place.replaceChildren(...answer(await reply.text(), reply.ok));
  } catch {
    if (signal.aborted) return;
    place.replaceChildren(document.body.dataset.failed);
  }
  place.removeAttribute("aria-busy");
}

function answer(html, isGood) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const told = isGood ? page.querySelector("[data-preview]")?.childNodes : page.querySelectorAll(".alert p:first-child");
  return told?.length ? [...told].map((node) => document.adoptNode(node)) : [document.body.dataset.failed];
}
