// What the page promises of who uses it and where it sends, without a user of its own.

import assert from 'node:assert/strict';

import { PASSWORD, sign } from './sign_in.js';
import { accessible } from './states.js';
import { balanced, choose, enter, fill, inside, over, past, paste, press, run, start, total } from './page.js';

const REGION = 'us-east-1';
const refused = (page, words) => page.locator('form .wrong').filter({ hasText: words }).waitFor();

export const accessClaims = [
  [
    'nothing is signed in without both keys',
    async ({ page, address }) => {
      await page.goto(address);
      await press(page, 'Continue');
      await refused(page, 'Both the access key');
      assert.equal(await page.getByRole('heading', { name: 'Target' }).count(), 0);
    },
  ],
  [
    'without a configuration, region and endpoint are typed, and the stream is picked from the list',
    async (given) => {
      const { page, endpoint } = given;
      const lane = given.lane(endpoint);
      await lane.account();
      await page.goto(await given.site());
      await paste(page);
      await refused(page, 'The region is missing');
      await page.getByLabel('Region').fill(REGION);
      await page.getByLabel('Endpoint, unless AWS').fill('127.0.0.1');
      await press(page, 'Continue');
      await refused(page, 'The endpoint is an address');
      await page.getByLabel('Endpoint, unless AWS').fill(endpoint);
      await press(page, 'Continue');
      await inside(page);
      await page.locator('#listed').selectOption(lane.name);
      await fill(page, 'Records', 50);
      const { records } = await run(page, lane);
      assert.equal(records.length, 50);
    },
  ],
  [
    'a region or an endpoint that is none sends nothing, and clearing the endpoint does not lead to AWS',
    async (given) => {
      const { page, endpoint } = given;
      await enter(given);
      await page.locator('#listed option').nth(1).waitFor({ state: 'attached' });
      const heard = [];
      page.context().on('request', (request) => heard.push(request.url()));
      const leave = async (label, text) => {
        await fill(page, label, text);
        await page.keyboard.press('Tab');
      };
      const told = (words) => page.getByText(words).first().waitFor();
      await fill(page, 'Stream name', 'nowhere');
      await leave('Region', 'localhost:19998/');
      await told('"localhost:19998/" is no region');
      for (const bad of ['not a url', 'http://user@127.0.0.1:1', 'http://127.0.0.1:1/?x']) {
        await leave('Custom endpoint', bad);
        await told(`not "${bad}"`);
        await start(page);
      }
      await leave('Custom endpoint', '');
      await leave('Region', REGION);
      await told('the endpoint is missing');
      await start(page);
      await told('Nothing is asked');
      assert.deepEqual(heard, []);
      const listed = page.waitForResponse((answer) => answer.request().headers()['x-amz-target']?.endsWith('ListStreams'));
      await leave('Custom endpoint', endpoint);
      await listed;
      assert.ok(heard.every((url) => url.startsWith(`${endpoint}/`)), heard.join(' '));
    },
  ],
  [
    "a link with the original's parameters leads to its user pool",
    async (given) => {
      const { page, people } = given;
      const pool = await (await fetch(new URL('config.json', people.page))).json();
      const address = await given.site({ region: REGION, endpoint: people.endpoint });
      const parameters = { upid: pool.userPoolId, ipid: pool.identityPoolId, cid: pool.userPoolClientId, r: REGION };
      await page.goto(`${address}?${new URLSearchParams(parameters)}`);
      await sign(page, 'tester', PASSWORD);
      await inside(page);
    },
  ],
  [
    'temporary credentials that are pasted work until they expire; the run waits then, and goes on with new ones',
    async (given) => {
      const { page, people, elsewhere, axe } = given;
      const lane = given.lane(people.endpoint);
      await lane.account();
      // Made ready first, because the keys are good for seconds.
      const other = await elsewhere();
      await other.goto(people.page);
      await other.getByText('Paste temporary credentials instead').click();
      await page.goto(people.page);
      const handedOut = async () => {
        const answer = await page.waitForResponse((answer) => answer.request().headers()['x-amz-target']?.endsWith('GetCredentialsForIdentity'));
        const { Credentials: keys } = await answer.json();
        return { key: keys.AccessKeyId, secret: keys.SecretKey, token: keys.SessionToken };
      };
      const answered = handedOut();
      await sign(page, 'tester', PASSWORD);
      const keys = await answered;
      await paste(other, keys);
      await inside(other);
      await fill(other, 'Stream name', lane.name);
      await fill(other, 'Records per second', 50);
      await start(other);
      await past(other, 'acknowledged', 0);
      await other.locator('.note').filter({ hasText: 'ExpiredToken' }).filter({ hasText: 'paste new credentials' }).waitFor();
      await other.locator('[data-phase="locked-out"]').waitFor();
      await accessible(other, axe, 'locked out');
      const acknowledged = await total(other, 'acknowledged');
      await other.getByText('Paste temporary credentials instead').click();
      // The other page renews its own.
      await paste(other, await handedOut());
      await past(other, 'acknowledged', acknowledged);
      assert.equal(await total(other, 'given-up'), 0);
      await press(other, 'Stop');
      await over(other);
      await balanced(other, lane);
      const kept = await other.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
      assert.ok(!Object.values(keys).some((secret) => kept.includes(secret)));
    },
  ],
  [
    'a session that is revoked makes a run wait until its user signs in again, and costs it nothing',
    async (given) => {
      const { page, people, axe } = given;
      const lane = given.lane(people.endpoint);
      await lane.account();
      await page.goto(people.page);
      const proved = page.waitForResponse((answer) => answer.request().headers()['x-amz-target']?.endsWith('RespondToAuthChallenge'));
      await sign(page, 'tester', PASSWORD);
      const answer = await proved;
      const { RefreshToken: Token } = (await answer.json()).AuthenticationResult;
      const { ClientId } = answer.request().postDataJSON();
      await inside(page);
      await fill(page, 'Stream name', lane.name);
      await fill(page, 'Records per second', 50);
      await start(page);
      await past(page, 'acknowledged', 0);
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.RevokeToken' };
      const revoked = await fetch(answer.url(), { method: 'POST', headers, body: JSON.stringify({ Token, ClientId }) });
      assert.ok(revoked.ok, await revoked.text());
      await page.locator('[data-phase="locked-out"]').waitFor();
      await page.locator('[data-again]').filter({ hasText: 'sign in again' }).waitFor();
      await accessible(page, axe, 'locked out');
      const acknowledged = await total(page, 'acknowledged');
      await sign(page, 'tester', PASSWORD);
      await past(page, 'acknowledged', acknowledged);
      assert.equal(await total(page, 'given-up'), 0);
      await press(page, 'Stop');
      await over(page);
      await balanced(page, lane);
    },
  ],
  [
    'an address that the policy of the page blocks is told as that, with what allows it',
    async (given) => {
      const { page, complaints } = given;
      await page.goto(await given.site({ region: REGION, endpoint: 'http://firehose.invalid:1' }));
      await paste(page);
      await inside(page);
      await fill(page, 'Stream name', 'anything');
      await start(page);
      await page.locator('.note').filter({ hasText: 'Blocked' }).filter({ hasText: 'kdg.delivery_streams' }).waitFor();
      assert.ok(complaints.length > 0 && complaints.every((text) => text.includes('Content Security Policy')), `${complaints}`);
      complaints.length = 0;
    },
  ],
];
