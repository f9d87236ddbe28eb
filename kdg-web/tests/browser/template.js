// What the page promises of templates: written, checked, shown, kept and passed on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

import { choose, enter, press, write } from './page.js';

const sampled = (page, wanted) => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('.samples li')?.textContent), wanted.source);
const named = (page, name) => page.getByRole('group', { name: 'Templates' }).getByRole('button', { name, exact: true });

export const templateClaims = [
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
    'a record of megabytes is shown shortened and named as too large, and the page can still be used',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, '{{#repeat 100000}}{{random.uuid}}{{/repeat}}');
      await page.locator('.samples .wrong').filter({ hasText: '3,600,000 bytes, Kinesis takes 1,048,576' }).waitFor();
      assert.ok((await page.locator('.samples').innerText()).length < 10_000);
      await write(page, '{"a": {{random.number(5)}}}');
      await sampled(page, /^\{"a": \d\}$/);
      assert.equal(await page.locator('.samples .wrong').count(), 0);
    },
  ],
  [
    'a mistake is underlined while typing, leads to its place, and is gone when mended',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, '{"a": {{random.numbr(5)}}');
      await page.locator('.cm-lintRange-error').waitFor();
      const mistake = page.locator('.samples .mistake');
      assert.match(await mistake.innerText(), /line 1, column 7: .*random\.number/);
      await mistake.click();
      assert.equal(await page.evaluate(() => document.activeElement.className), 'editor');
      await write(page, '{"a": {{random.number(5)}}');
      await sampled(page, /^\{"a": \d$/);
      assert.equal(await page.locator('.cm-lintRange-error').count(), 0);
      assert.equal(await mistake.count(), 0);
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
      await sampled(page, /^[0-9a-f-]{36}$/);
    },
  ],
  [
    'templates are exported as a file, which another browser imports; what is no such file changes nothing',
    async (given) => {
      const { page, address, elsewhere } = given;
      await enter(given);
      await write(page, '"mine: {{random.number(3)}}"');
      await page.getByLabel('Template name').fill('Mine');
      await page.keyboard.press('Tab');
      await press(page, '+ New');
      await write(page, '"another: {{random.number(3)}}"');
      const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Export')]);
      const file = readFileSync(await download.path(), 'utf8');
      assert.deepEqual(JSON.parse(file).templates.map(({ name }) => name), ['Mine', 'template']);

      const other = await elsewhere();
      await enter({ page: other, address });
      const bring = async (name, text) => {
        const [chooser] = await Promise.all([other.waitForEvent('filechooser'), press(other, 'Import')]);
        await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
      };
      await bring('broken.json', file.slice(0, -2));
      await other.locator('.told').filter({ hasText: 'this is no JSON' }).waitFor();
      assert.equal(await named(other, 'Mine').count(), 0);
      await bring('templates.json', file);
      await other.locator('.told').filter({ hasText: 'Imported 2 templates' }).waitFor();
      await named(other, 'Mine').click();
      await sampled(other, /^"mine: \d"$/);
    },
  ],
  [
    'a link that is copied brings its template into another browser',
    async (given) => {
      const { page, context, address, elsewhere } = given;
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await enter(given);
      await write(page, '<{{random.number(3)}}>\n<2>');
      await page.getByLabel('Template name').fill('Überall');
      await page.keyboard.press('Tab');
      await press(page, 'Copy link');
      await page.locator('.told').filter({ hasText: 'clipboard' }).waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(link.startsWith(`${address}#`), link);
      const other = await elsewhere();
      await enter({ page: other, address: link });
      await named(other, 'Überall').waitFor();
      await sampled(other, /^<\d><2>$/);
    },
  ],
  [
    'a link carries a template, and what was written is there after a reload, but no key',
    async (given) => {
      const { page, address } = given;
      const json = JSON.stringify({ n: 'linked', t: '<{{random.number(3)}}>' });
      const fragment = `#template=${deflateRawSync(json).toString('base64url')}`;
      await enter({ ...given, address: `${address}${fragment}` });
      await sampled(page, /^<\d>$/);
      await page.reload();
      assert.equal(await page.getByLabel('Secret access key').inputValue(), '');
      const kept = await page.evaluate(() => JSON.stringify(localStorage));
      assert.ok(kept.includes('linked'));
      assert.ok(!/secret|"test"/.test(kept), kept);
    },
  ],
  [
    "the original's templates and periods are taken over from this browser",
    async (given) => {
      const { page, context } = given;
      await context.addInitScript(() => {
        localStorage.setItem('templates', JSON.stringify([{ name: 'Mine', template: '{{random.number(7)}}' }, { name: 'Template 2', template: '' }]));
        localStorage.setItem('periods', JSON.stringify({ '#1-0-mu': '777', '#6-23-sig': '12' }));
      });
      await enter(given);
      await press(page, "Import the original's");
      await named(page, 'Mine').waitFor();
      await sampled(page, /^[0-7]$/);
      await choose(page, 'Week of hours');
      assert.equal(await page.getByLabel('Monday 00:00, mean').inputValue(), '777');
      await page.getByLabel('Show deviations').check();
      assert.equal(await page.getByLabel('Saturday 23:00, deviation').inputValue(), '12');
    },
  ],
];
