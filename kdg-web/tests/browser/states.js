// What everybody may expect of every state: that it can be used with a screen reader, on a phone, in
// light and in dark; with a picture of each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { balanced, choose, clock, fill, inside, over, press, ready, start, write } from './page.js';
import { OTHER_PASSWORD, PASSWORD, code, sign } from './sign_in.js';

const TEMPLATE = '{{let code = random.arrayElement([200, 404, 500])}}\n{"id": {{sequence.next}},\n "who": "{{name.findName}}",\n "at": "{{date.utc}}",\n "code": {{code}}}';

/** Fails when axe finds anything that somebody could not use. */
export async function accessible(page, axe, state) {
  await page.evaluate(readFileSync(axe, 'utf8'));
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run({ resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
  });
  assert.deepEqual(found, [], state);
}

/** Signs in who is invited where an authenticator app is asked for, and signs in once more. */
async function firstSignIn(page, address, user, state) {
  const go = () => press(page, 'Sign in');
  await page.goto(address);
  await sign(page, user, PASSWORD);
  await page.getByLabel('New password').fill(OTHER_PASSWORD);
  await page.getByLabel('Once more').fill(OTHER_PASSWORD);
  await state('new-password');
  await go();
  const secret = (await page.locator('form .mono').innerText()).replaceAll(' ', '');
  await state('authenticator');
  await page.getByLabel('Six digits of the app').fill(code(secret));
  await go();
  await inside(page);
  await press(page, 'Sign out');
  await sign(page, user, OTHER_PASSWORD);
  await page.getByLabel('Six digits of your authenticator app').waitFor();
  await state('code');
}

export const stateClaims = ['light', 'dark'].flatMap((colorScheme) =>
  [
    ['desktop', { viewport: { width: 1360, height: 900 } }],
    ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ].map(([device, options]) => [
    `every state is accessible, ${colorScheme}, ${device}`,
    async (given) => {
      const { page, shot, axe, address } = given;
      const state = async (name) => {
        await accessible(page, axe, name);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
        await shot(`${name}-${colorScheme}-${device}`);
      };
      await page.goto(given.people.page);
      await page.getByLabel('User name').waitFor();
      await state('user');
      await firstSignIn(page, given.codes.page, `${colorScheme}-${device}`, state);
      await page.goto(address);
      await page.getByLabel('Access key ID').waitFor();
      await state('sign-in');
      const lane = await ready(given, { template: TEMPLATE });
      await page.waitForFunction(() => document.querySelectorAll('.samples li').length === 5);
      await state('ready');
      await fill(page, 'Records per second', 1000);
      await start(page);
      await page.waitForFunction(() => document.querySelectorAll('.shards li').length === 4);
      await clock(page, 4);
      await state('running');
      await press(page, 'Pause');
      await page.locator('[data-phase="paused"]').waitFor();
      await state('paused');
      await press(page, 'Stop');
      await over(page);
      await state('over');
      await balanced(page, lane);
      await page.getByText('Objects that arrive').click();
      await page.getByRole('combobox', { name: 'Bucket' }).fill(lane.name);
      await page.keyboard.press('Tab');
      await page.locator('.objects li button').first().click();
      await page.locator('.content').waitFor();
      await state('objects');
      await page.getByText('Objects that arrive').click();
      await page.getByText('Faults on purpose').click();
      await choose(page, 'Simulated');
      await choose(page, 'From the record');
      await write(page, '{"a": {{random.numbr(5)}},\n "b": {{nobody}}}');
      await page.locator('.cm-lintRange-error').first().waitFor();
      await fill(page, 'Stream name', '');
      await choose(page, 'Week of hours');
      await start(page);
      await page.locator('.note.bad').first().waitFor();
      await state('mistakes');
    },
    { colorScheme, ...options },
  ]),
);
