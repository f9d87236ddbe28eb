// What the page promises of how fast records go, in which time, and when it ends.

import assert from 'node:assert/strict';

import { choose, downloaded, fill, numbers, press, ready, run, upTo } from './page.js';

/** What a record counts: its data and its partition key. */
const size = ({ key, data }) => Buffer.byteLength(key) + data.length;

export const rateClaims = [
  ...[
    ['a constant rate', 'Constant', { 'Records per second': 2000 }],
    ['a ramp', 'Ramp', { 'From, records/s': 100, 'To, records/s': 2000, 'Over, seconds': 1 }],
    ['bursts', 'Burst', { 'Between bursts, records/s': 10, 'In a burst, records/s': 2000, 'Lasts, seconds': 1, 'Every, seconds': 2 }],
    ['the week of hours', 'Week of hours', { 'Every hour': 400 }],
    ['no limit', 'As fast as possible', {}],
  ].map(([what, kind, fields]) => [
    `${what} sends what it says it sent, numbered without a gap`,
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, kind);
      for (const [label, text] of Object.entries(fields)) await fill(page, label, text);
      if (kind === 'Week of hours') await press(page, 'Fill');
      await fill(page, 'Records', 800);
      const { records, totals } = await run(page, lane);
      assert.equal(totals.generated, 800);
      assert.deepEqual(numbers(records), upTo(800));
    },
  ]),
  [
    'a run ends by itself with the record that reaches the bytes',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await choose(page, 'As fast as possible');
      await fill(page, 'Bytes', 20_000);
      const { records } = await run(page, lane);
      const sizes = records.map(size);
      const bytes = sizes.reduce((sum, one) => sum + one, 0);
      assert.ok(bytes >= 20_000 && bytes - Math.max(...sizes) < 20_000, `${bytes} bytes`);
      const summary = await downloaded(page, 'Download JSON');
      assert.deepEqual(summary.endedBy, { kind: 'bytes' });
      assert.equal(summary.totals.bytes, bytes);
    },
  ],
  [
    'a run ends by itself after its minutes',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await fill(page, 'Records per second', 200);
      await fill(page, 'Minutes', 0.02);
      const { records } = await run(page, lane);
      const summary = await downloaded(page, 'Download JSON');
      assert.deepEqual(summary.endedBy, { kind: 'minutes' });
      assert.ok(summary.seconds >= 1.2, `${summary.seconds} s`);
      // 1.2 seconds of them, the first of which is due at once.
      assert.ok(records.length > 100 && records.length <= 241, `${records.length} records`);
    },
  ],
  [
    'in simulated time ten minutes pass at once, and each record has its own second',
    async (given) => {
      const { page } = given;
      const lane = await ready(given, { template: '{"id": {{sequence.next}}, "at": "{{date.simTime("YYYY-MM-DD HH:mm:ss")}}"}' });
      await fill(page, 'Records per second', 1);
      await choose(page, 'Simulated');
      await page.getByLabel('Begins at').fill('2024-02-29T23:55');
      await page.getByLabel('Ends at').fill('2024-03-01T00:05');
      await fill(page, 'Times as fast', '');
      const { records } = await run(page, lane);
      const at = (second) => new Date(Date.UTC(2024, 1, 29, 23, 55, second)).toISOString().slice(0, 19).replace('T', ' ');
      const times = records.map(({ text }) => JSON.parse(text)).sort((one, other) => one.id - other.id);
      assert.deepEqual(times.map(({ at }) => at), upTo(600).map((number) => at(number - 1)));
      assert.deepEqual((await downloaded(page, 'Download JSON')).endedBy, { kind: 'time' });
    },
  ],
];
