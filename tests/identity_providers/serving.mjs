// What both identity providers share: their settings, the form on which people say who they are, and a server.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

// As `tests.identity_providers.starting` writes them: `origin`, `socket` (a descriptor), `tls`, and what each needs.
export const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { origin, socket, tls } = settings;

const escaped = (text) => String(text).replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
const hidden = ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`;
const fields = (values) => Object.entries(values).map(hidden).join("");
const page = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>${body}</html>`;

// Who it is, in place of a password: `values` come back with the name.
export const signInForm = (address, values = {}, name = "") =>
  page("Sign in", `<h1>Sign in</h1><form method="post" action="${escaped(address)}">${fields(values)}
<label>Name <input name="name" value="${escaped(name)}" required autofocus></label><button>Sign in</button></form>`);

// A form that the browser sends by itself, as the HTTP POST binding of SAML has it.
export const sentForm = (address, values) =>
  page("Going on", `<form method="post" action="${escaped(address)}">${fields(values)}</form>
<script>document.forms[0].submit()</script>`);

// Serves by a table of routes, "GET /metadata": ({ query, form }) => a page or [content type, body]. Other requests are
// the last argument's, if there is one.
export function serve(routes, others = (_, response) => response.writeHead(404).end()) {
  const certificate = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  createServer(certificate, async (request, response) => {
    const address = new URL(request.url, origin);
    const [, place] = address.pathname.split("/");
    const route = routes[`${request.method} /${place}`];
    if (!route) return others(request, response);
    try {
      const form = request.method === "POST" ? new URLSearchParams(await text(request)) : null;
      const answer = await route({ request, response, query: address.searchParams, form });
      if (response.headersSent) return undefined;
      const [type, body] = Array.isArray(answer) ? answer : ["text/html; charset=utf-8", answer];
      return response.writeHead(200, { "Content-Type": type }).end(body);
    } catch (error) {
      console.error(error);
      return response.writeHead(500).end(String(error));
    }
  }).listen({ fd: socket });
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
