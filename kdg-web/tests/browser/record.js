// What the page promises of a record beside its template: its key, its form, its faults, its seed.

import assert from 'node:assert/strict';

import { box, choose, downloaded, fill, ready, run, start } from './page.js';

const parsed = ({ text }) => JSON.parse(text);

/** How many records each value of something has. */
function counted(values) {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

export const recordClaims = [
  [
    'a key from the record is the field that it names, and equal keys share a shard',
    async (given) => {
      const { page } = given;
      const lane = await ready(given, { template: '{"id": {{sequence.next}}, "user": "u{{random.number(9)}}"}' });
      await choose(page, 'As fast as possible');
      await choose(page, 'From the record');
      await fill(page, 'Key template', '{{ user }}');
      await fill(page, 'Records', 400);
      const { records } = await run(page, lane);
      assert.ok(records.every((record) => record.key === parsed(record).user));
      const places = new Set(records.map(({ key, shard }) => `${key} ${shard}`));
      assert.equal(places.size, 10);
    },
  ],
  [
    'records that cannot be sent are told before the run, counted and given up in it, and a run of nothing else fails with its reason',
    async (given) => {
      const { page } = given;
      const template = '{"id": {{sequence.next}}{{random.arrayElement([",\\"k\\": 1", ""])}}}';
      const lane = await ready(given, { template });
      await choose(page, 'As fast as possible');
      await choose(page, 'From the record');
      await fill(page, 'Key template', '{{ k }}');
      await fill(page, 'Seed', 3);
      await fill(page, 'Records', 300);
      await page.locator('[data-unsendable]').filter({ hasText: 'no field k' }).first().waitFor();
      const { totals } = await run(page, lane);
      assert.equal(totals.generated, 300);
      assert.ok(totals['given-up'] > 50 && totals.acknowledged > 50, JSON.stringify(totals));
      await page.locator('[data-phase="over"]').waitFor();
      await page.locator('[data-failed="false"]').filter({ hasText: 'cannot be sent. The first is record' }).waitFor();
      await fill(page, 'Key template', '{{ nobody }}');
      await start(page);
      await page.locator('[data-phase="failed"]').waitFor();
      const failed = await page.locator('[data-failed="true"]').innerText();
      assert.match(failed, /None of the first 100 records can be sent.*no field nobody/);
      assert.match(failed, /record 1:.*choose another key/s);
      await page.locator('[role="status"]').filter({ hasText: 'The run has failed.' }).waitFor({ state: 'attached' });
    },
  ],
  [
    'the bucket of the target is watched, until another is typed, which says what is wrong with it',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, 'As fast as possible');
      await fill(page, 'Records', 20);
      await fill(page, 'Stream name', 'page-1');
      await page.getByText('Objects that arrive').click();
      const bucket = page.getByRole('combobox', { name: 'Bucket' });
      await page.waitForFunction(() => document.querySelector('#bucket').value === 'page-1');
      await fill(page, 'Stream name', lane.name === 'page-1' ? 'elsewhere' : lane.name);
      await page.getByText('No bucket is known of this target').waitFor();
      await bucket.fill('Bad_Bucket');
      await page.getByText('This is no name of a bucket').waitFor();
      await fill(page, 'Stream name', lane.name);
      await bucket.fill(lane.name);
      await run(page, lane);
      await page.locator('.objects li button').first().waitFor();
    },
  ],
  [
    'even over shards gives each as many records',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, 'As fast as possible');
      await choose(page, 'Even over shards');
      await fill(page, 'Records', 1000);
      const { records } = await run(page, lane);
      assert.deepEqual(Object.values(counted(records.map(({ shard }) => shard))), [250, 250, 250, 250]);
    },
  ],
  [
    'each record ends with a line feed, or none does',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, 'As fast as possible');
      await fill(page, 'Records', 50);
      const with_ = await run(page, lane);
      assert.ok(with_.records.every(({ text }) => text.endsWith('}\n')));
      await page.getByLabel('Line feed at the end').uncheck();
      const without = await run(page, lane);
      assert.ok(without.records.every(({ text }) => text.endsWith('}')));
    },
  ],
  [
    'compressed records are gzip in the stream, and the pipeline opens them',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, 'As fast as possible');
      await page.getByLabel('Compress with gzip').check();
      await fill(page, 'Records', 200);
      const { records } = await run(page, lane);
      assert.ok(records.every(({ data, text }) => data.readUInt16BE() === 0x1f8b && text.endsWith('}')));
      assert.ok(records.every(({ reason }) => reason === undefined));
    },
  ],
  [
    'faults are mixed in as the summary counts them, and what is malformed is quarantined',
    async (given) => {
      const { page } = given;
      const lane = await ready(given, { template: '{"id": {{sequence.next}}, "at": {{date.utc("X")}}}' });
      await choose(page, 'As fast as possible');
      await page.getByText('Faults on purpose').click();
      const shares = { 'Malformed, %': 5, 'Duplicate, %': 10, 'Late, %': 5, 'Oversize, %': 0.5, 'Hot key, %': 20 };
      for (const [label, share] of Object.entries(shares)) await fill(page, label, share);
      await fill(page, 'Seed', 7);
      await fill(page, 'Records', 600);
      const began = Date.now();
      const { records } = await run(page, lane);
      const { faults } = await downloaded(page, 'Download JSON');
      const whole = records.filter(({ reason }) => !reason);
      const numbers = counted(whole.map((record) => parsed(record).id));
      const HOUR_MS = 3_600_000;
      assert.deepEqual(faults, {
        malformed: records.length - whole.length,
        duplicate: whole.length - Object.keys(numbers).length,
        late: new Set(whole.map(parsed).filter(({ at }) => began - at * 1000 >= HOUR_MS).map(({ id }) => id)).size,
        oversize: records.filter(({ data }) => data.length > 1_000_000).length,
        'hot-key': records.filter(({ key }) => key === 'hot').length,
      });
      assert.ok(Object.values(faults).every((count) => count > 0));
    },
  ],
  [
    'the same seed makes the same records and keys again, and another makes others',
    async (given) => {
      const { page } = given;
      const lane = await ready(given, { template: '{"id": {{sequence.next}}, "who": "{{name.findName}}", "one": "{{random.uuid}}"}' });
      await choose(page, 'As fast as possible');
      await fill(page, 'Records', 300);
      const made = async (seed) => {
        await fill(page, 'Seed', seed);
        const { records } = await run(page, lane);
        assert.equal((await downloaded(page, 'Download JSON')).seed, seed);
        return records.map(({ key, text }) => `${key} ${text}`).sort();
      };
      const first = await made(42);
      assert.deepEqual(await made(42), first);
      assert.equal((await made(43)).filter((one) => first.includes(one)).length, 0);
    },
  ],
  [
    'every mistake of the form is named before anything is sent',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await fill(page, 'Stream name', '');
      await fill(page, 'Records per second', 'fast');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.locator('#wrong-rate').getByText('write a number').waitFor();
      assert.ok((await page.locator('#wrong-target').innerText()).length > 10);
      assert.equal(await box(page, 'Records per second').getAttribute('aria-invalid'), 'true');
      await fill(page, 'Records per second', '10');
      await page.waitForFunction(() => document.querySelector('#wrong-rate').textContent === '');
      assert.ok((await page.locator('#wrong-target').innerText()).length > 10);
      assert.deepEqual(await lane.account(), []);
    },
  ],
];
