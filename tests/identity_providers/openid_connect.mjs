// An OpenID provider: the authorization code flow of oidc-provider, with a key of its own and one client.
import { generateKeyPairSync, randomBytes } from "node:crypto";

import { Provider } from "oidc-provider";

import { serve, settings, signInForm } from "./serving.mjs";

const { clientId, clientSecret, redirectUri } = settings;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
// Subjects tell nobody a name, and need no list of people.
const subjectOf = (name) => Buffer.from(name).toString("base64url");
const nameOf = (subject) => Buffer.from(subject, "base64url").toString();

const provider = new Provider(settings.origin, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, accountId) => ({ accountId, claims: () => claims(accountId) }),
  loadExistingGrant: granted,
});

function claims(sub) {
  const name = nameOf(sub);
  return { sub, name: `Known as ${name}`, preferred_username: name, email: name, email_verified: true };
}

// Administrators have consented for everybody, as is usual in an organization.
async function granted({ oidc }) {
  const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope("openid profile email");
  await grant.save();
  return grant;
}

serve(
  {
    "GET /sign-in": async ({ request, response }) => {
      const { params } = await provider.interactionDetails(request, response);
      return signInForm(request.url, {}, params.login_hint);
    },
    "POST /sign-in": async ({ request, response, form }) => {
      await provider.interactionFinished(request, response, { login: { accountId: subjectOf(form.get("name")) } });
    },
  },
  provider.callback(),
);
