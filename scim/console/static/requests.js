// Requests for what dialogs show. A session that is over meanwhile does not end them: the person signs in again above
// the dialog, and the same request is sent once more.
import { signInAgain } from "./signing-in.js";

const FRAGMENT = { "X-Fragment": "dialog" };
const LAST_SENT = "rollcall.last-sent"; // of all tabs: they share the session

noteSent(); // the page itself was asked for

// The reply; null when the person did not sign in again. Rejects when no reply comes.
export async function ask(address, body) {
  const reply = await send(address, body);
  if (!reply.headers.has("X-Sign-In")) return reply;
  const token = await signInAgain(reply.headers.get("X-Sign-In"), send);
  if (token === null) return null;
  body?.set("csrf", token);
  return send(address, body);
}

export function send(address, body) {
  noteSent();
  return fetch(address, { method: body ? "POST" : "GET", headers: FRAGMENT, body });
}

// For how long nothing was asked of the server.
export function idleMs() {
  return Date.now() - Number(localStorage.getItem(LAST_SENT));
}

function noteSent() {
  localStorage.setItem(LAST_SENT, Date.now());
}
