// What a page does with amazon-cognito-identity-js against the stack: signing in, staying signed in,
// signing out. Prints an ID token last, for the clients that come after.
//
// node sign_in.js FOLDER-OF-PACKAGES; reads AWS_ENDPOINT_URL and SLUICE_PAGE_PASSWORD.

const assert = require("node:assert");
const { createHmac } = require("node:crypto");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const installed = createRequire(join(process.argv[2], "package.json"));
const { AuthenticationDetails, CognitoUser, CognitoUserPool } = installed(
  "amazon-cognito-identity-js",
);

const PASSWORD = process.env.SLUICE_PAGE_PASSWORD;
const CHOSEN = "Another-battery-9";

const Pool = new CognitoUserPool({
  UserPoolId: "us-east-1_sluice000",
  ClientId: "sluicelocalstackpageclient",
  endpoint: process.env.AWS_ENDPOINT_URL,
});

const user = (Username) => new CognitoUser({ Username, Pool });

// Starts or goes on with a sign-in, and resolves to what comes of it.
const outcome = (begin) =>
  new Promise((resolve) =>
    begin({
      onSuccess: (session) => resolve({ session }),
      onFailure: (error) => resolve({ refused: error.name, words: error.message }),
      newPasswordRequired: (attributes) => resolve({ newPassword: attributes }),
      totpRequired: () => resolve({ code: true }),
      mfaSetup: () => resolve({ setup: true }),
    }),
  );

const signIn = (user, Password) =>
  outcome((callbacks) =>
    user.authenticateUser(
      new AuthenticationDetails({ Username: user.getUsername(), Password }),
      callbacks,
    ),
  );

const called = (method, ...given) =>
  new Promise((resolve, reject) =>
    method(...given, (error, answer) => (error ? reject(error) : resolve(answer))),
  );

// RFC 6238, with what authenticator apps assume.
function code(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((bits) => parseInt(bits, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const taken = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(taken % 1_000_000).padStart(6, "0");
}

async function rightAndWrongPassword() {
  assert.deepEqual(await signIn(user("tester"), "wrong"), {
    refused: "NotAuthorizedException",
    words: "Incorrect username or password.",
  });
  assert.equal((await signIn(user("nobody"), PASSWORD)).refused, "NotAuthorizedException");
  // Often, because a wrong zero before a number would show now and then only.
  for (let time = 0; time < 12; time++) {
    const { session } = await signIn(user("tester"), PASSWORD);
    assert.equal(session.getIdToken().payload["cognito:username"], "tester");
  }
}

async function newPassword() {
  const invited = user("invited");
  assert.deepEqual(await signIn(invited, PASSWORD), { newPassword: {} });
  const choose = (password) =>
    outcome((callbacks) => invited.completeNewPasswordChallenge(password, {}, callbacks));
  assert.equal((await choose("short")).refused, "InvalidPasswordException");
  assert.ok((await choose(CHOSEN)).session);
  assert.ok((await signIn(user("invited"), CHOSEN)).session);
  assert.equal((await signIn(user("invited"), PASSWORD)).refused, "NotAuthorizedException");
}

async function refreshAndSignOut() {
  const tester = user("tester");
  const { session } = await signIn(tester, PASSWORD);
  const refreshed = await called(tester.refreshSession.bind(tester), session.getRefreshToken());
  assert.equal(
    refreshed.getIdToken().payload.auth_time,
    session.getIdToken().payload.auth_time,
  );
  const attributes = await called(tester.getUserAttributes.bind(tester));
  assert.deepEqual(attributes.map(String).length, 1);
  const out = await outcome((callbacks) =>
    tester.globalSignOut({ ...callbacks, onSuccess: () => callbacks.onSuccess("out") }),
  );
  assert.equal(out.session, "out");
  const again = called(tester.refreshSession.bind(tester), session.getRefreshToken());
  await assert.rejects(again, { name: "NotAuthorizedException" });
}

async function revocation() {
  const tester = user("tester");
  const { session } = await signIn(tester, PASSWORD);
  await new Promise((resolve) => tester.signOut(resolve));
  const again = called(tester.refreshSession.bind(tester), session.getRefreshToken());
  await assert.rejects(again, { message: "Refresh Token has been revoked" });
}

async function authenticatorApp() {
  const invited = user("invited");
  await signIn(invited, CHOSEN);
  const secret = await new Promise((resolve, reject) =>
    invited.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }),
  );
  const wrong = await outcome((callbacks) =>
    invited.verifySoftwareToken("000000x", "phone", callbacks),
  );
  assert.equal(wrong.refused, "EnableSoftwareTokenMFAException");
  const shown = code(secret);
  assert.ok(
    (await outcome((callbacks) => invited.verifySoftwareToken(shown, "phone", callbacks))).session,
  );
  const wanted = { Enabled: true, PreferredMfa: true };
  await called(invited.setUserMfaPreference.bind(invited), null, wanted);
  const next = user("invited");
  assert.deepEqual(await signIn(next, CHOSEN), { code: true });
  const send = (code) =>
    outcome((callbacks) => next.sendMFACode(code, callbacks, "SOFTWARE_TOKEN_MFA"));
  assert.equal((await send("000000x")).refused, "CodeMismatchException");
  assert.equal((await send(shown)).refused, "ExpiredCodeException");
}

async function main() {
  await rightAndWrongPassword();
  await newPassword();
  await refreshAndSignOut();
  await revocation();
  await authenticatorApp();
  const { session } = await signIn(user("tester"), PASSWORD);
  console.log(session.getIdToken().getJwtToken());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
