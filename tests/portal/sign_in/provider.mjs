// A real identity provider for a test: everybody who types a name is let in under it.
import { Provider } from "oidc-provider";

const [port, portal] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const addresses = new Map();

async function findAccount(_ctx, subject) {
  const email = addresses.get(subject) ?? `${subject}@larkspur.example`;
  const claims = {
    sub: subject,
    email,
    email_verified: !email.startsWith("unverified"),
    name: subject[0].toUpperCase() + subject.slice(1),
  };
  return { accountId: subject, claims: async () => claims };
}

const provider = new Provider(issuer, {
  findAccount,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  clients: [
    {
      client_id: "coffer",
      client_secret: "a-secret-of-this-test",
      redirect_uris: [`${portal}/sign-in/callback`],
      post_logout_redirect_uris: [`${portal}/sign-in`],
    },
  ],
  pkce: { required: () => true },
  cookies: { keys: ["a key of this test"] },
});

// Somebody gets another address: /moves/mona/mona@fern.example
provider.use(async (ctx, next) => {
  const [, word, subject, email] = ctx.path.split("/");
  if (word !== "moves") return next();
  addresses.set(subject, decodeURIComponent(email));
  ctx.body = "moved";
});

provider.listen(Number(port), "127.0.0.1", () => console.log("listens"));
