// The page, as a person uses it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** Counts, so that every record of a run has a number of its own. */
export const SEQUENCE = '{"id": {{sequence.next}}, "who": "{{name.firstName}}"}';

export const box = (page, label) => page.getByRole('textbox', { name: label, exact: true });
export const fill = (page, label, text) => box(page, label).fill(`${text}`);
export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
// The radio button lies under its label.
export const choose = (page, name) => page.getByRole('radio', { name, exact: true }).check({ force: true });
export const inside = (page) => page.getByRole('heading', { name: 'Target' }).waitFor();

/** Pastes keys. */
export async function paste(page, { key = 'test', secret = 'test', token = '' } = {}) {
  await page.getByLabel('Access key ID').fill(key);
  await page.getByLabel('Secret access key').fill(secret);
  await page.getByLabel('Session token').fill(token);
  await press(page, 'Continue');
}

/** Signs in with pasted keys. */
export async function enter({ page, address }, credentials) {
  await page.goto(address);
  await paste(page, credentials);
  await inside(page);
}

/** Puts another template into the editor. */
export async function write(page, text) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  // Text that is put over several lines gets an inline style of Chromium's own, which the policy refuses.
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

/** Signs in, ready to send the records of a template to a stream that nobody else uses meanwhile. */
export async function ready(given, { template = SEQUENCE, endpoint = given.endpoint } = {}) {
  const lane = given.lane(endpoint);
  // What a claim before has sent must not be taken for this one's.
  await lane.account();
  await enter(given);
  await fill(given.page, 'Custom endpoint', endpoint);
  await fill(given.page, 'Stream name', lane.name);
  await write(given.page, template);
  return lane;
}

export const total = async (page, name) => Number((await page.locator(`[data-total="${name}"]`).innerText()).replaceAll(',', ''));

/** Waits until a total has passed a number. */
export const past = (page, name, number) =>
  page.waitForFunction(
    ([name, number]) => Number(document.querySelector(`[data-total="${name}"]`).textContent.replaceAll(',', '')) > number,
    [name, number],
  );

/** The seconds that the clock of a run shows. */
export const seconds = async (page) => (await page.locator('.clock').innerText()).split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** Waits until the clock of a run shows so many seconds. */
export const clock = (page, wanted) =>
  page.waitForFunction((least) => document.querySelector('.clock').textContent.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) >= least, wanted);

export const start = (page) => press(page, 'Start');
export const over = (page, timeout) => page.locator('[data-summary]').waitFor(timeout && { timeout });

/** What a button lets one download, from JSON. */
export async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, button)]);
  return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

/** Holds the account of a run that is over against what the stream and the bucket hold. */
export async function balanced(page, lane) {
  const records = await lane.account();
  const totals = {};
  for (const part of ['generated', 'acknowledged', 'given-up', 'in-flight']) totals[part] = await total(page, part);
  assert.equal(totals['in-flight'], 0);
  assert.equal(totals.generated, totals.acknowledged + totals['given-up']);
  assert.equal(totals.acknowledged, records.length);
  const bars = await page.locator('.shards li').evaluateAll((items) => items.map(({ children: [name, , count] }) => [name.title, count.textContent, name.textContent]));
  assert.equal(new Set(bars.map(([, , label]) => label)).size, bars.length);
  const shards = new Map(bars.map(([name, count]) => [name, Number(count.replaceAll(',', ''))]));
  const came = new Map();
  for (const { shard } of records) came.set(shard, (came.get(shard) ?? 0) + 1);
  assert.deepEqual([...shards].sort(), [...came].sort());
  return { records, totals };
}

/** Runs what is in the form to its end, and holds its account against stream and bucket. */
export async function run(page, lane, timeout) {
  await start(page);
  await over(page, timeout);
  return balanced(page, lane);
}

/** The numbers that `sequence.next` gave, in order. */
export const numbers = (records) => records.map(({ text }) => JSON.parse(text).id).sort((a, b) => a - b);

/** From 1 to so many. */
export const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
