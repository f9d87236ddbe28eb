// What a pipeline would make of a record, before it is sent.

import assert from 'node:assert/strict';

import { enter } from './page.js';
import { accessible } from './states.js';

const USER = '{"first_name":"Ada","last_name":"Byron","age":36}';
// {"first_name":"Zoe","last_name":"Zed","age":40} as zstd, of which a browser knows nothing itself.
const ZSTD = 'KLUv/QRoXQEARAJ7ImZpcnN0X25hbWUiOiJab2UiLCJsYWVkIiwiYWdlIjo0MH0BAMuYTbrtAHg=';

const field = (page, label) => page.getByRole('textbox', { name: label, exact: true });
const fate = (page, is, words) => page.locator(`[data-fate="${is}"]`).filter({ hasText: words }).waitFor();

/** Opens the panel by keyboard, and waits for the first verdict. */
async function open(page) {
  await page.locator('.samples li').first().waitFor();
  await page.locator('#trial-heading').focus();
  await page.keyboard.press('Enter');
  await fate(page, 'stored', 'Stored as user_');
}

export const trialClaims = [
  [
    'a record is stored, filtered or quarantined before it is sent, by what is loaded only then',
    async (given) => {
      const { page, context } = given;
      const loaded = [];
      context.on('request', (request) => loaded.push(request.url().split('/').at(-1)));
      await enter(given);
      await page.locator('.samples li').first().waitFor();
      assert.deepEqual(loaded.filter((name) => /judge|trial/.test(name)), []);
      await open(page);
      assert.ok(loaded.some((name) => name === 'judge.js'), `${loaded}`);
      await page.getByLabel('Pipeline', { exact: true }).selectOption('random-user');
      const record = field(page, 'Record');
      await record.fill(USER);
      await fate(page, 'stored', 'Stored as Ada_Byron.json');
      assert.equal(await page.getByLabel('What is stored').innerText(), USER);
      await record.fill(USER.replace('36', '20'));
      await fate(page, 'filtered', 'Filtered');
      await record.fill(USER.replace('36', '"old"'));
      await fate(page, 'quarantined', 'Quarantined: program-error');
      await page.getByText('quarantine/random-user/program-error').waitFor();
      await record.fill('<b>{');
      await fate(page, 'quarantined', 'Quarantined: not-json');
      assert.equal(await page.locator('.steps b').count(), 0);
      await record.fill(ZSTD);
      await page.getByRole('checkbox', { name: /base64/ }).check();
      await fate(page, 'stored', 'Stored as Zoe_Zed.json');
      await page.getByText('base64 of the event, zstd, UTF-8 text, JSON', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Next sample of the template' }).click();
      await fate(page, 'quarantined', 'Quarantined');
      await page.getByLabel('Pipeline', { exact: true }).selectOption('user-activity');
      await fate(page, 'stored', 'Stored as user_');
      // Nobody has typed this record: that of the next pipeline takes its place.
      await page.getByLabel('Pipeline', { exact: true }).selectOption('kdg-archive');
      await fate(page, 'stored', 'Stored as kinesis/0.json');
      await page.locator('[data-placeholder]').waitFor();
      assert.ok(!(await record.inputValue()).includes('user_id'));
      await record.fill(`{"a": "${'x'.repeat(1_048_576)}"}`);
      await fate(page, 'wrong', 'A stream refuses it');
      await page.getByLabel('Pipeline', { exact: true }).selectOption('user-activity');
      assert.ok((await record.inputValue()).startsWith('{"a": "xxx'));
    },
  ],
  [
    'a wrong pipeline file is told with its line and its remedy, which leads to its place',
    async (given) => {
      const { page } = given;
      await enter(given);
      await open(page);
      await page.getByLabel('Pipeline', { exact: true }).selectOption('random-user');
      const file = field(page, 'Pipeline file');
      const good = await file.inputValue();
      await file.fill(good.replace('int!(.age) >= 21', 'now() > %arrival'));
      await fate(page, 'wrong', 'The pipeline\'s file is wrong in one place');
      assert.equal(await file.getAttribute('aria-invalid'), 'true');
      const mistake = page.locator('.problems .mistake');
      assert.match(await mistake.innerText(), /^random-user\.yaml:\d+:11: process\.filter: `now` reads the clock.*; use %arrival/);
      await mistake.click();
      const here = await page.evaluate(() => {
        const { id, value, selectionStart } = document.activeElement;
        return { id, after: value.slice(selectionStart, selectionStart + 5) };
      });
      assert.deepEqual(here, { id: 'trial-file', after: 'now()' });
      await file.fill(good.replace('filter:', 'schema: users.json\n  filter:'));
      await fate(page, 'wrong', 'wrong in one place');
      await field(page, 'Schema beside it: users.json').fill('{"required": ["age"]}');
      await field(page, 'Record').fill('{}');
      await fate(page, 'quarantined', 'Quarantined: schema-violation');
    },
  ],
  [
    'what cannot even be tried stops nothing but the trial, which goes on when it is loaded again',
    async (given) => {
      const { page, complaints } = given;
      await enter(given);
      await open(page);
      await page.getByLabel('Pipeline', { exact: true }).selectOption('random-user');
      const file = field(page, 'Pipeline file');
      const good = await file.inputValue();
      const deep = 20_000;
      await file.fill(good.replace('int!(.age) >= 21', `${'('.repeat(deep)}true${')'.repeat(deep)}`));
      await fate(page, 'wrong', 'The record could not be tried');
      // The browser names what broke off.
      complaints.length = 0;
      await file.fill(good);
      await field(page, 'Record').fill(USER);
      await page.getByRole('button', { name: 'Load it again' }).click();
      await fate(page, 'stored', 'Stored as Ada_Byron.json');
      assert.equal(await page.getByRole('button', { name: 'Start', exact: true }).isEnabled(), true);
    },
  ],
  ...['light', 'dark'].flatMap((colorScheme) =>
    [
      ['desktop', { viewport: { width: 1360, height: 900 } }],
      ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ].map(([device, options]) => [
      `trying a record is accessible, ${colorScheme}, ${device}`,
      async (given) => {
        const { page, axe, shot } = given;
        const state = async (name) => {
          await accessible(page, axe, name);
          await shot(`${name}-${colorScheme}-${device}`);
        };
        await enter(given);
        await open(page);
        await state('trial-stored');
        await field(page, 'Record').fill('{"user_id": "user_1"');
        await fate(page, 'quarantined', 'not-json');
        await state('trial-quarantined');
        await field(page, 'Pipeline file').fill('stream: {name: my stream}\nbucket: B\n');
        await page.locator('[data-fate="wrong"]').waitFor();
        await state('trial-wrong');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
      },
      { colorScheme, ...options },
    ]),
  ),
];
