// A SAML 2.0 identity provider: `/tile` is where people begin who begin there.
import samlify from "samlify";

import { sentForm, serve, settings, signInForm } from "./serving.mjs";

const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
const PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

const DISPLAY_NAME = {
  name: "http://schemas.microsoft.com/identity/claims/displayname",
  nameFormat: BASIC,
  valueTag: "displayname",
  valueXsiType: "xs:string",
};
// samlify's own, and what it leaves to its users: that somebody has signed in, and how.
const response = samlify.SamlLib.defaultLoginResponseTemplate.context.replace(
  "{AuthnStatement}",
  `<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{AssertionID}"><saml:AuthnContext>` +
    `<saml:AuthnContextClassRef>${PASSWORD}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
);

// It reads requests of the app under test alone, so it needs no schemas to protect it.
samlify.setSchemaValidator({ validate: async () => "not validated" });
const us = samlify.IdentityProvider({
  entityID: `${settings.origin}/metadata`,
  signingCert: settings.certificate,
  privateKey: settings.key,
  requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  nameIDFormat: [EMAIL],
  singleSignOnService: [
    { Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", Location: `${settings.origin}/sign-on` },
  ],
  loginResponseTemplate: { context: response, attributes: [DISPLAY_NAME] },
});
const metadata = await (await fetch(settings.serviceProvider)).text();
const them = samlify.ServiceProvider({ metadata });

serve({
  "GET /metadata": () => ["application/samlmetadata+xml", us.getMetadata()],
  "GET /sign-on": ({ query }) => signInForm("/sign-on", Object.fromEntries(query)),
  "GET /tile": () => signInForm("/sign-on"),
  "POST /sign-on": async ({ form }) => {
    const asked = form.get("SAMLRequest") && (await request(form));
    const filled = (template) => ({ id: "", context: said(template, form.get("name"), asked?.extract.request.id) });
    const { context, entityEndpoint } = await us.createLoginResponse(them, asked, "post", {}, filled);
    return sentForm(entityEndpoint, { SAMLResponse: context, RelayState: form.get("RelayState") ?? "" });
  },
});

const request = (form) => us.parseLoginRequest(them, "redirect", { query: Object.fromEntries(form) });

// An assertion about somebody, not signed yet; what is undefined is left out.
function said(template, name, inResponseTo) {
  const now = new Date();
  const soon = new Date(now.getTime() + 5 * 60 * 1000).toISOString();
  const replyUrl = them.entityMeta.getAssertionConsumerService("post");
  return samlify.SamlLib.replaceTagsByValue(template, {
    ID: `_${crypto.randomUUID()}`,
    AssertionID: `_${crypto.randomUUID()}`,
    IssueInstant: now.toISOString(),
    Issuer: us.entityMeta.getEntityID(),
    Destination: replyUrl,
    SubjectRecipient: replyUrl,
    Audience: them.entityMeta.getEntityID(),
    ConditionsNotBefore: now.toISOString(),
    ConditionsNotOnOrAfter: soon,
    SubjectConfirmationDataNotOnOrAfter: soon,
    InResponseTo: inResponseTo,
    StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
    NameIDFormat: EMAIL,
    NameID: name,
    attrDisplayname: `Known as ${name}`,
  });
}
