// What the page promises about signing in, proved against the pool of the local stack, which
// believes nothing but a proof of the password.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { SEQUENCE, choose, fill, inside, numbers, over, run, start, total, upTo, write } from './page.js';
import { keys, object } from './stack.js';

export const PASSWORD = 'Correct-horse-9';
export const OTHER_PASSWORD = 'Another-horse-8';

/** The seconds that a code of an authenticator app is good for. */
const CODE_SECONDS = 30;

/** The code that an app shows now, or so many codes later (RFC 6238). */
export function code(secret, later = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / CODE_SECONDS) + later));
  const hash = createHmac('sha1', key).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return `${number % 1_000_000}`.padStart(6, '0');
}

/** Signs in as a user. */
export async function sign(page, user, password) {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const refused = (page, words) => page.locator('form .wrong').filter({ hasText: words }).waitFor();

/** Everything that the page sends, and what it says in the console. */
function overheard(page) {
  const heard = [];
  page.on('request', (request) => heard.push(`${request.url()} ${request.postData() ?? ''}`));
  page.on('console', (message) => heard.push(message.text()));
  return heard;
}

export const signInClaims = [
  [
    'a wrong password is refused in words, the right one signs in, and neither is sent or kept',
    async ({ page, people }) => {
      const heard = overheard(page);
      await page.goto(people.page);
      await sign(page, 'tester', 'wrong-horse');
      await refused(page, 'Incorrect username or password');
      await sign(page, 'nobody', PASSWORD);
      await refused(page, 'Incorrect username or password');
      await sign(page, 'tester', PASSWORD);
      await inside(page);
      await page.waitForFunction(() => document.activeElement?.id === 'target-heading');
      const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
      for (const secret of [PASSWORD, 'wrong-horse']) assert.ok(![...heard, kept].some((text) => text.includes(secret)));
      // A token of Cognito's begins with a head in JSON.
      assert.ok(!/eyJ[\w-]{20}|ASIA[A-Z0-9]{12}/.test(kept), kept);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('User name').waitFor();
      assert.ok(heard.some((text) => text.includes('"Token"')), 'the tokens are not revoked');
    },
  ],
  [
    'who is invited chooses a password, no weak one, and signs in by it from then on',
    async ({ page, people }) => {
      await page.goto(people.page);
      await sign(page, 'invited', PASSWORD);
      await page.getByText('The new password is sent').waitFor();
      await page.getByRole('button', { name: 'Back to user name' }).click();
      await page.getByText('The password is proved and not sent').waitFor();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await refused(page, 'the password is missing');
      await sign(page, 'invited', PASSWORD);
      const twice = async (password, onceMore) => {
        await page.getByLabel('New password').fill(password);
        await page.getByLabel('Once more').fill(onceMore);
      };
      await twice(OTHER_PASSWORD, `${OTHER_PASSWORD}9`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await refused(page, 'the two are different');
      await twice('weak', 'weak');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await refused(page, 'assword');
      await twice(OTHER_PASSWORD, OTHER_PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await inside(page);
      await page.reload();
      await sign(page, 'invited', PASSWORD);
      await refused(page, 'Incorrect username or password');
      await sign(page, 'invited', OTHER_PASSWORD);
      await inside(page);
    },
  ],
  [
    'keys that expire while a run goes on cost it nothing',
    async (given) => {
      const { page, people } = given;
      const lane = given.lane(people.endpoint);
      await lane.account();
      const heard = overheard(page);
      await page.goto(people.page);
      await sign(page, 'tester', PASSWORD);
      await inside(page);
      await fill(page, 'Stream name', lane.name);
      await write(page, SEQUENCE);
      // As long as three times what the keys are good for.
      const wanted = people.expiry * 3 * 100;
      await fill(page, 'Records per second', 100);
      await fill(page, 'Records', wanted);
      const { records } = await run(page, lane, 60_000);
      assert.deepEqual(numbers(records), upTo(wanted));
      const renewals = heard.filter((text) => text.includes('REFRESH_TOKEN_AUTH')).length;
      assert.ok(renewals >= 2, `the session was renewed ${renewals} times`);
    },
  ],
  [
    'an authenticator app is set up at the first sign-in, and asked for at the next',
    async ({ page, codes }) => {
      await page.goto(codes.page);
      await sign(page, 'tester', PASSWORD);
      const secret = (await page.locator('form .mono').innerText()).replaceAll(' ', '');
      await page.getByLabel('Six digits of the app').fill('12345');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await refused(page, /code/i);
      await page.getByLabel('Six digits of the app').fill(code(secret));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await inside(page);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await sign(page, 'tester', PASSWORD);
      // A code is taken once: this is the one that the app shows next.
      await page.getByLabel('Six digits of your authenticator app').fill(code(secret, 1));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await inside(page);
    },
  ],
  [
    'records go to a delivery stream, and into the objects of its bucket',
    async ({ page, people }) => {
      await page.goto(people.page);
      await sign(page, 'tester', PASSWORD);
      await inside(page);
      // The name of a data stream does not stay, and the one that is listed is chosen.
      await fill(page, 'Stream name', 'page-1');
      await choose(page, 'Firehose');
      await page.waitForFunction(() => document.querySelector('#stream-name').value === 'clicks');
      await page.locator('.told').filter({ hasText: 'Records go to clicks' }).waitFor();
      await write(page, SEQUENCE);
      await choose(page, 'As fast as possible');
      await fill(page, 'Records', 500);
      await start(page);
      await over(page);
      assert.equal(await total(page, 'acknowledged'), 500);
      await page.getByText('Objects that arrive').click();
      await page.getByRole('combobox', { name: 'Bucket' }).fill('clicks-bucket');
      const objects = page.locator('.objects li button');
      await objects.first().click();
      const shown = await page.locator('.content').innerText();
      assert.ok(shown.includes('"who"'), shown);
      const lines = [];
      for (const seen = new Set(); lines.length < 500; ) {
        for (const key of (await keys(people.endpoint, 'clicks-bucket')).filter((key) => !seen.has(key))) {
          seen.add(key);
          const content = await object(people.endpoint, 'clicks-bucket', key);
          lines.push(...`${content}`.trimEnd().split('\n').map((text) => ({ text })));
        }
      }
      assert.deepEqual(numbers(lines), upTo(500));
    },
  ],
];
