// A real OpenID provider on 127.0.0.1. Whoever comes is signed in at once as the account that POST /control
// named; `tamper` changes the ID token on its way out, signed with the provider's own key or another.
import * as jose from "jose";
import Provider, { interactionPolicy } from "oidc-provider";

const [port] = process.argv.slice(2).map(Number);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey, publicKey } = await jose.generateKeyPair("RS256", { extractable: true });
const other = await jose.generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await jose.exportJWK(privateKey)), kid: "one", use: "sig", alg: "RS256" };
let account = { sub: "nobody" };
let tamper = {};

const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }));

const profile = ["name", "given_name", "family_name", "preferred_username", "upn"];
const provider = new Provider(issuer, {
  jwks: { keys: [jwk] },
  cookies: { keys: ["for tests"] },
  claims: { openid: ["sub", "tid", "oid", "hd", "idp", "acct", "amr", "acr"], email: ["email", "email_verified"], profile },
  conformIdTokenClaims: false,
  features: { registration: { enabled: true }, devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => account }),
  renderError: (ctx, out) => { ctx.body = JSON.stringify(out); },
  ttl: { Session: 60, Grant: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 60 },
});

const body = async (request) => {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function changed(token) {
  const claims = { ...jose.decodeJwt(token), ...tamper.claims };
  for (const name of tamper.drop ?? []) delete claims[name];
  if (tamper.alg === "none") return `${encode({ alg: "none", kid: "one" })}.${encode(claims)}.`;
  const header = { alg: tamper.alg ?? "RS256", kid: "one" };
  let key = tamper.foreign ? other.privateKey : privateKey;
  // The old attack: the public key as the secret of a signature that whoever knows it can make.
  if (tamper.alg === "HS256") key = new TextEncoder().encode(await jose.exportSPKI(publicKey));
  return new jose.SignJWT(claims).setProtectedHeader(header).sign(key);
}

provider.use(async (ctx, next) => {
  if (ctx.path === "/control") {
    ({ account, tamper } = { account, tamper: {}, ...(await body(ctx.req)) });
    ctx.body = "ok";
    return;
  }
  if (ctx.path.startsWith("/interaction/")) {
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    const grant = new provider.Grant({ accountId: account.sub, clientId: details.params.client_id });
    grant.addOIDCScope("openid profile email");
    const login = { accountId: account.sub, amr: account.amr, acr: account.acr };
    const result = { login, select_account: {}, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(ctx.req, ctx.res, tamper.refuse ? { error: "access_denied" } : result);
    ctx.respond = false;
    return;
  }
  await next();
  if (ctx.path === "/token" && ctx.body?.id_token) ctx.body.id_token = await changed(ctx.body.id_token);
  if (ctx.path === "/me" && tamper.me) ctx.body = { ...ctx.body, ...tamper.me };
  if (ctx.path.endsWith("openid-configuration") && tamper.issuer) ctx.body = { ...ctx.body, issuer: tamper.issuer };
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
