// Short messages at the bottom of the page; screen readers tell them.
const SHOWN_MS = 6000;

export function toast(text) {
  const region = document.querySelector("dialog[open] [data-toasts]") ?? document.querySelector("[data-toasts]");
  const message = document.createElement("p");
  message.className = "toast";
  message.textContent = text;
  region.append(message);
  setTimeout(() => message.remove(), SHOWN_MS);
}

export function watchToasts() {
  for (const message of document.querySelectorAll(".toast")) setTimeout(() => message.remove(), SHOWN_MS);
  const address = new URL(location.href);
  if (address.searchParams.has("notice")) { // told once: not again on reload
    address.searchParams.delete("notice");
    history.replaceState(history.state, "", address);
  }
}
