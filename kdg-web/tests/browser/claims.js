// What the page promises, each with its proof.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

import { outageTests } from './outage.js';
import { signInTests } from './sign_in.js';
import { held, stream } from './stack.js';
import { trialTests } from './trial.js';

const SEQUENCE = '{"id": {{sequence.next}}, "who": "{{name.firstName}}"}';

/** Signs in with pasted keys. */
async function enter({ page, address }, { secret = 'test' } = {}) {
  await page.goto(address);
  await page.getByLabel('Access key ID').fill('test');
  await page.getByLabel('Secret access key').fill(secret);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Target' }).waitFor();
}

/** Puts another template into the editor. */
async function write(page, text) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

const total = async (page, name) => Number((await page.locator(`[data-total="${name}"]`).innerText()).replaceAll(',', ''));

/** The seconds that the clock of a run shows. */
const seconds = (page) => page.evaluate(() => document.querySelector('.clock').textContent.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));

/** Waits until the clock of a run shows so many seconds. */
const clock = (page, wanted) =>
  page.waitForFunction((least) => document.querySelector('.clock').textContent.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) >= least, wanted);

async function over(page) {
  await page.locator('[data-summary]').waitFor();
}

/** Runs what is in the form to its end, and holds its totals against the stream. */
async function balance(page, endpoint, name) {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await over(page);
  const records = await held(endpoint, name);
  const totals = {};
  for (const part of ['generated', 'acknowledged', 'given-up', 'in-flight']) totals[part] = await total(page, part);
  assert.equal(totals['in-flight'], 0);
  assert.equal(totals.generated, totals.acknowledged + totals['given-up']);
  assert.equal(new Set(records.map(({ identity }) => identity)).size, records.length);
  assert.equal(totals.acknowledged, records.length);
  return { records, totals };
}

async function accessible(page, axe, state) {
  await page.evaluate(readFileSync(axe, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
  assert.deepEqual(found, [], state);
}

const choose = (page, name) => page.getByRole('radio', { name, exact: true }).check({ force: true });
const box = (page, label) => page.getByRole('textbox', { name: label, exact: true });
const fill = (page, label, text) => box(page, label).fill(text);

let streams = 0;
async function ready(given, shards = 2, template = SEQUENCE, endpoint = given.endpoint) {
  streams += 1;
  const name = await stream(endpoint, `page-${process.pid}-${streams}`, shards);
  await enter(given);
  await fill(given.page, 'Custom endpoint', endpoint);
  await fill(given.page, 'Stream name', name);
  await write(given.page, template);
  return name;
}

export const tests = [
  ...signInTests,
  ...outageTests(ready, total, over),
  ...trialTests(enter, accessible),
  [
    'nothing is signed in without both keys',
    async ({ page, address }) => {
      await page.goto(address);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Both the access key').waitFor();
      assert.equal(await page.getByRole('heading', { name: 'Target' }).count(), 0);
    },
  ],
  [
    'five samples stand beside the template, and its text never becomes markup',
    async (given) => {
      const { page } = given;
      await enter(given);
      const samples = page.locator('.samples li');
      await page.waitForFunction(() => document.querySelectorAll('.samples li').length === 5);
      await write(page, '<img src=x onerror="globalThis.struck=1"><b>{{random.number(5)}}</b>');
      await page.waitForFunction(() => document.querySelector('.samples li')?.textContent.startsWith('<img'));
      assert.equal(await page.locator('.samples img, .samples b').count(), 0);
      assert.equal(await page.evaluate(() => globalThis.struck), undefined);
      assert.equal(await samples.count(), 5);
    },
  ],
  [
    'a mistake is underlined while typing, and leads to its place',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, '{"a": {{random.numbr(5)}}}');
      await page.locator('.cm-lintRange-error').waitFor();
      const mistake = page.locator('.samples .mistake');
      assert.match(await mistake.innerText(), /line 1, column 7: .*random\.number/);
      await mistake.click();
      assert.equal(await page.evaluate(() => document.activeElement.className), 'editor');
    },
  ],
  [
    'functions are completed with their documentation',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, '');
      await page.locator('.cm-content').click();
      await page.keyboard.type('{{random.uu');
      await page.locator('.cm-completionLabel').getByText('random.uuid', { exact: true }).waitFor();
      await page.locator('.cm-completionInfo').getByText('{{random.uuid}}').waitFor();
      // The editor takes no key for a moment after it offers something, so as not to be taken by surprise.
      await page.locator('.cm-completionLabel').getByText('random.uuid', { exact: true }).click();
      await page.keyboard.type('}}');
      await page.waitForFunction(() => /^[0-9a-f-]{36}$/.test(document.querySelector('.samples li')?.textContent));
    },
  ],
  [
    'what was acknowledged is in the stream, and the records are numbered without a gap',
    async (given) => {
      const { page, endpoint } = given;
      const name = await ready(given);
      await fill(page, 'Records per second', '2000');
      await fill(page, 'Records', '1500');
      const { records, totals } = await balance(page, endpoint, name);
      assert.equal(totals.generated, 1500);
      const ids = records.map(({ text }) => JSON.parse(text).id).sort((a, b) => a - b);
      assert.deepEqual(ids, Array.from({ length: 1500 }, (_, index) => index + 1));
      assert.ok(records.every(({ text }) => text.endsWith('\n')));
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download JSON' }).click()]);
      const summary = JSON.parse(readFileSync(await download.path(), 'utf8'));
      assert.equal(summary.totals.acknowledged, 1500);
    },
  ],
  ...[
    ['a ramp', 'Ramp', { 'From, records/s': '100', 'To, records/s': '2000', 'Over, seconds': '1' }],
    ['bursts', 'Burst', { 'Between bursts, records/s': '10', 'In a burst, records/s': '2000', 'Lasts, seconds': '1', 'Every, seconds': '2' }],
    ['the week of hours', 'Week of hours', { 'Every hour': '400' }],
    ['no limit', 'As fast as possible', {}],
  ].map(([what, kind, fields]) => [
    `${what} sends what it says it sent`,
    async (given) => {
      const { page, endpoint } = given;
      const name = await ready(given);
      await choose(page, kind);
      for (const [label, text] of Object.entries(fields)) await fill(page, label, text);
      if (kind === 'Week of hours') await page.getByRole('button', { name: 'Fill' }).click();
      await fill(page, 'Records', '800');
      const { totals } = await balance(page, endpoint, name);
      assert.equal(totals.generated, 800);
    },
  ]),
  [
    'a run pauses, goes on and stops, and closing the tab asks first',
    async (given) => {
      const { page, endpoint } = given;
      const name = await ready(given);
      await fill(page, 'Records per second', '200');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.waitForFunction(() => Number(document.querySelector('[data-total="acknowledged"]').textContent) > 20);
      const asked = await page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
      assert.ok(asked);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('[data-phase="paused"]').waitFor();
      await page.waitForFunction(() => document.querySelector('[data-total="in-flight"]').textContent === '0');
      const paused = await total(page, 'generated');
      // 200 a second would have come meanwhile.
      await clock(page, (await seconds(page)) + 2);
      assert.equal(await total(page, 'generated'), paused);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.waitForFunction((was) => Number(document.querySelector('[data-total="generated"]').textContent) > was, paused);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await over(page);
      assert.equal(await total(page, 'acknowledged'), (await held(endpoint, name)).length);
    },
  ],
  [
    'three of ten records throttled, and the totals are those of the stream',
    async (given) => {
      const { page, faulty } = given;
      const name = await ready(given, 2, SEQUENCE, faulty);
      await fill(page, 'Records per second', '1000');
      await fill(page, 'Records', '1000');
      await balance(page, faulty, name);
      assert.ok((await total(page, 'throttled')) > 50);
      assert.equal(await total(page, 'acknowledged'), 1000);
    },
  ],
  [
    'a wrong secret is refused in words, and nothing is sent',
    async (given) => {
      const { page } = given;
      await enter(given, { secret: 'wrong' });
      await fill(page, 'Stream name', 'user-activity-stream');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.locator('.note').first().waitFor();
      await page.waitForFunction(() => document.querySelector('.note')?.textContent.includes('secret'));
      assert.equal(await total(page, 'acknowledged'), 0);
    },
  ],
  [
    'every mistake of the form is named before anything is sent',
    async (given) => {
      const { page } = given;
      await enter(given);
      await fill(page, 'Stream name', '');
      await fill(page, 'Records per second', 'fast');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.locator('#wrong-rate').getByText('write a number').waitFor();
      assert.equal(await box(page, 'Records per second').getAttribute('aria-invalid'), 'true');
      await fill(page, 'Records per second', '10');
      await page.waitForFunction(() => document.querySelector('#wrong-rate').textContent === '');
      assert.ok((await page.locator('#wrong-target').innerText()).length > 10);
    },
  ],
  [
    "the original's templates and periods are taken over from this browser",
    async (given) => {
      const { page, context } = given;
      await context.addInitScript(() => {
        localStorage.setItem('templates', JSON.stringify([{ name: 'Mine', template: '{{random.number(7)}}' }, { name: 'Template 2', template: '' }]));
        localStorage.setItem('periods', JSON.stringify({ '#1-0-mu': '777' }));
      });
      await enter(given);
      await page.getByRole('button', { name: "Import the original's" }).click();
      await page.getByRole('button', { name: 'Mine', exact: true }).waitFor();
      await choose(page, 'Week of hours');
      assert.equal(await page.getByLabel('Monday 00:00, mean').inputValue(), '777');
    },
  ],
  [
    'a link carries a template, and what was written is there after a reload, but no key',
    async (given) => {
      const { page, address } = given;
      const json = JSON.stringify({ n: 'linked', t: '<{{random.number(3)}}>' });
      const fragment = `#template=${deflateRawSync(json).toString('base64url')}`;
      await enter({ ...given, address: `${address}${fragment}` });
      await page.waitForFunction(() => /^<\d>$/.test(document.querySelector('.samples li')?.textContent));
      await page.reload();
      assert.equal(await page.getByLabel('Secret access key').inputValue(), '');
      const kept = await page.evaluate(() => JSON.stringify(localStorage));
      assert.ok(kept.includes('linked'));
      assert.ok(!/secret|"test"/.test(kept), kept);
    },
  ],
  [
    'a whole run by keyboard alone',
    async (given) => {
      const { page, address, endpoint } = given;
      const name = await stream(endpoint, `keys-${process.pid}`, 1);
      await page.goto(address);
      await page.getByLabel('Access key ID').waitFor();
      const to = async (wanted) => {
        for (let presses = 0; presses < 120; presses += 1) {
          await page.keyboard.press('Tab');
          const found = await page.evaluate(() => {
            const here = document.activeElement;
            return here.labels?.[0]?.textContent ?? here.textContent.trim();
          });
          if (found === wanted) return;
        }
        throw new Error(`Tab does not lead to ${wanted}`);
      };
      await to('Access key ID');
      await page.keyboard.type('test');
      await to('Secret access key');
      await page.keyboard.type('test');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Target' }).waitFor();
      await to('Stream name');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(name);
      await to('Records');
      await page.keyboard.type('50');
      await to('Start');
      await page.keyboard.press('Enter');
      await over(page);
      assert.equal((await held(endpoint, name)).length, 50);
    },
  ],
  ...['light', 'dark'].flatMap((colorScheme) =>
    [
      ['desktop', { viewport: { width: 1360, height: 900 } }],
      ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ].map(([device, options]) => [
      `every state is accessible, ${colorScheme}, ${device}`,
      async (given) => {
        const { page, shot, axe, address } = given;
        const state = async (name) => {
          await accessible(page, axe, name);
          await shot(`${name}-${colorScheme}-${device}`);
        };
        await page.goto(address);
        await page.getByLabel('Access key ID').waitFor();
        await state('sign-in');
        await ready(given, 4, '{{let code = random.arrayElement([200, 404, 500])}}\n{"id": {{sequence.next}},\n "who": "{{name.findName}}",\n "at": "{{date.utc}}",\n "code": {{code}}}');
        await page.waitForFunction(() => document.querySelectorAll('.samples li').length === 5);
        await state('ready');
        await fill(page, 'Records per second', '3000');
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await page.waitForFunction(() => document.querySelectorAll('.shards li').length === 4);
        await clock(page, 4);
        await state('running');
        await page.getByRole('button', { name: 'Stop', exact: true }).click();
        await over(page);
        await state('over');
        await write(page, '{"a": {{random.numbr(5)}},\n "b": {{nobody}}}');
        await page.locator('.cm-lintRange-error').first().waitFor();
        await fill(page, 'Stream name', '');
        await choose(page, 'Week of hours');
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await page.locator('.note.bad').first().waitFor();
        await state('mistakes');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
      },
      { colorScheme, ...options },
    ]),
  ),
];
