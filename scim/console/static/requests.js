// Requests for what dialogs show. A session that is over meanwhile does not end them: the person signs in again above
// the dialog, and the same request is sent once more.
import { signInAgain } from "./signing-in.js";

const FRAGMENT = { "X-Fragment": "dialog" };

// The reply; null when the person did not sign in again. Rejects when no reply comes.
export async function ask(address, body) {
  const reply = await send(address, body);
  if (!reply.headers.has("X-Sign-In")) return reply;
  const token = await signInAgain(reply.headers.get("X-Sign-In"), send);
  if (token === null) return null;
  body?.set("csrf", token);
  return send(address, body);
}

function send(address, body) {
  return fetch(address, { method: body ? "POST" : "GET", headers: FRAGMENT, body });
}
