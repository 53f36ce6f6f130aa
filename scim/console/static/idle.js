// Warns who has not clicked for a while (the account's *User idle warning*), before the session ends. Whatever the person
// does then asks the server: the session goes on or, when it is over already, is begun again in place.
import { idleMs, send } from "./requests.js";
import { signInAgain } from "./signing-in.js";
import { copyOf, fill, makeWindow } from "./windows.js";

const LOOK_EVERY_MS = 10_000;

export function watchIdleness() {
  const { warnAfter, signIn } = document.body.dataset;
  if (!warnAfter) return; // nobody is signed in
  const look = () => {
    if (idleMs() >= Number(warnAfter) * 60_000 && !document.querySelector("dialog[data-idle]")) warn(signIn);
  };
  setInterval(look, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", look); // a laptop that was shut
}

function warn(signIn) {
  const dialog = makeWindow(() => dialog.close());
  dialog.dataset.idle = "";
  dialog.addEventListener("close", () => signInAgain(signIn, send));
  fill(dialog, copyOf("idle-warning"));
}
