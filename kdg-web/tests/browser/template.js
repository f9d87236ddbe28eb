// What the page promises of templates: written, checked, shown, kept and passed on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

import { choose, enter, inside, paste, press, write } from './page.js';

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
      await page.locator('.samples .wrong').filter({ hasText: 'bytes with its partition key, 1048576 are allowed' }).waitFor();
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
      await other.locator('.told').filter({ hasText: 'Imported 2 templates.' }).waitFor();
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
  [
    'two tabs keep the templates of both',
    async (given) => {
      const { page, context } = given;
      const other = await context.newPage();
      for (const tab of [page, other]) await enter({ ...given, page: tab });
      const add = async (tab, name) => {
        await press(tab, '+ New');
        await tab.getByLabel('Template name').fill(name);
        await tab.keyboard.press('Tab');
      };
      await add(page, 'from one');
      await add(other, 'from other');
      await write(page, '1');
      for (const tab of [page, other]) for (const name of ['from one', 'from other']) await named(tab, name).waitFor();
      const kept = await page.evaluate(() => JSON.parse(localStorage['sluice.library']).templates);
      assert.deepEqual(kept.slice(-2).map(({ name, template }) => [name, template]), [['from one', '1'], ['from other', '']]);
    },
  ],
  [
    'a tag that is never closed is underlined as doubtful, and records are made all the same',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, 'a {{random.number(5)');
      await page.locator('.cm-lintRange-warning').waitFor();
      await page.locator('.mistake.doubtful').filter({ hasText: 'line 1, column 3: this tag is never closed' }).waitFor();
      await page.locator('.samples li').filter({ hasText: /^a \{\{random\.number\(5\)$/ }).first().waitFor();
    },
  ],
  [
    'what is typed in one tab is exactly what was typed while another is open, and caret and undo stay where a text is received',
    async (given) => {
      const { page, context } = given;
      const other = await context.newPage();
      for (const tab of [page, other]) await enter({ ...given, page: tab });
      const text = (tab) => tab.locator('.cm-content').innerText();
      await write(page, 'base');
      await other.locator('.cm-content').getByText('base', { exact: true }).waitFor();
      await other.locator('.cm-content').click();
      await other.keyboard.press('Control+Home');
      await page.bringToFront();
      const typed = 'THE QUICK BROWN FOX JUMPS OVER A LAZY DOG';
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+End');
      let delay = 20;
      for (const letter of typed) {
        await page.keyboard.type(letter, { delay });
        delay = delay === 60 ? 20 : delay + 20;
      }
      await other.locator('.cm-content').getByText(`base${typed}`, { exact: true }).waitFor();
      assert.equal(await text(page), `base${typed}`);
      const kept = await page.evaluate(() => JSON.parse(localStorage['sluice.library']).templates);
      assert.deepEqual(kept, [{ name: 'user-activity', template: `base${typed}` }]);
      await other.bringToFront();
      await other.keyboard.type('<');
      await page.locator('.cm-content').getByText(`<base${typed}`, { exact: true }).waitFor();
      await page.bringToFront();
      await page.keyboard.type('>');
      assert.equal(await text(page), `<base${typed}>`);
      // Undo takes back what was typed here, and not what came from elsewhere.
      for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press('Control+z');
      assert.match(await text(page), /^</);
      assert.ok(!(await text(page)).includes('DOG'));
    },
  ],
  [
    'a template that another tab deletes is said to be deleted, and comes back by one press',
    async (given) => {
      const { page, context } = given;
      const other = await context.newPage();
      for (const tab of [page, other]) await enter({ ...given, page: tab });
      await press(page, '+ New');
      await page.getByLabel('Template name').fill('shared');
      await page.keyboard.press('Tab');
      await write(page, '"shared"');
      await named(other, 'shared').click();
      await sampled(other, /^"shared"$/);
      // Nobody writes it any more.
      await enter(given);
      await sampled(page, /^"shared"$/);
      await press(other, 'Delete template');
      await page.locator('.told').filter({ hasText: 'Deleted in another tab: shared.' }).waitFor();
      await page.locator('[data-undo]').click();
      await sampled(page, /^"shared"$/);
      await named(other, 'shared').waitFor();
    },
  ],
  [
    'a template that the browser does not keep is said to be exported, until it is kept',
    async (given) => {
      const { page } = given;
      await enter(given);
      await page.evaluate(() => {
        for (let length = 1 << 20; length > 0; length >>= 1) {
          try {
            for (let part = 0; ; part += 1) localStorage.setItem(`full-${length}-${part}`, 'x'.repeat(length));
          } catch {
            // The next, smaller part may still fit.
          }
        }
      });
      // Longer than the template that was there.
      await write(page, `no longer fits ${'x'.repeat(20_000)}`);
      await page.locator('[data-unkept]').getByText('Export').waitFor();
      await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('full-')).forEach((key) => localStorage.removeItem(key)));
      await write(page, 'a template that fits');
      await page.locator('[data-unkept]').waitFor({ state: 'detached' });
    },
  ],
  [
    'a template that is deleted comes back by one press, after others as well',
    async (given) => {
      const { page } = given;
      await enter(given);
      await write(page, '<{{random.number(3)}}>');
      await press(page, '+ New');
      for (let deletions = 0; deletions < 2; deletions += 1) await press(page, 'Delete template');
      assert.equal(await named(page, 'user-activity').count(), 0);
      await page.locator('.told').filter({ hasText: 'Deleted user-activity' }).waitFor();
      await page.locator('[data-undo]').click();
      await sampled(page, /^<\d>$/);
      await page.locator('[data-undo]').click();
      await page.locator('[data-undo]').waitFor({ state: 'detached' });
    },
  ],
  [
    'a link is taken once, also in a tab that is open, and leaves the address',
    async (given) => {
      const { page, address } = given;
      const fragment = (n, t) => `#template=${deflateRawSync(JSON.stringify({ n, t })).toString('base64url')}`;
      const clean = () => page.waitForFunction((wanted) => location.href === wanted, address);
      await enter({ ...given, address: `${address}${fragment('linked', '<{{random.number(3)}}>')}` });
      await clean();
      await write(page, '"edited"');
      await sampled(page, /^"edited"$/);
      await page.reload();
      await paste(page);
      await inside(page);
      await page.evaluate((hash) => (location.hash = hash), fragment('another', '[{{random.number(3)}}]'));
      await sampled(page, /^\[\d\]$/);
      await clean();
      const names = await page.evaluate(() => JSON.parse(localStorage['sluice.library']).templates.map(({ name }) => name));
      assert.deepEqual(names, ['user-activity', 'linked', 'another']);
    },
  ],
  [
    'a pipeline brings its stream and key along, which do not stay with the template of another',
    async (given) => {
      const { page } = given;
      await enter(given);
      await page.getByLabel('From a pipeline').selectOption('page-views');
      await page.locator('.told').filter({ hasText: '{{ visitor }}' }).waitFor();
      assert.equal(await page.getByLabel('Stream name').inputValue(), 'page-views-stream');
      await named(page, 'user-activity').click();
      await page.locator('.told').filter({ hasText: '{{ user_id }}' }).waitFor();
      assert.equal(await page.getByLabel('Stream name').inputValue(), 'user-activity-stream');
      assert.equal(await page.getByLabel('Key template').inputValue(), '{{ user_id }}');
    },
  ],
];
