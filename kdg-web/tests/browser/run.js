// What the page promises of a run while it goes on, and when it is over.

import assert from 'node:assert/strict';

import { SEQUENCE, balanced, clock, downloaded, enter, fill, inside, numbers, over, past, press, ready, run, seconds, start, total, upTo } from './page.js';

export const runClaims = [
  [
    'the summary is the account of the run, and its plan what was filled in',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await fill(page, 'Records per second', 1000);
      await fill(page, 'Records', 1500);
      await fill(page, 'Seed', 11);
      const { records, totals } = await run(page, lane);
      const summary = await downloaded(page, 'Download JSON');
      const { acknowledged, generated, givenUp, inFlight, bytes } = summary.totals;
      assert.deepEqual({ acknowledged, generated, 'given-up': givenUp, 'in-flight': inFlight }, totals);
      assert.equal(bytes, records.reduce((sum, { key, data }) => sum + Buffer.byteLength(key) + data.length, 0));
      const shards = Object.values(summary.shards).reduce((sum, count) => sum + count, 0);
      assert.equal(shards, records.length);
      assert.deepEqual([summary.endedBy, summary.seed, summary.givenUp, summary.lastTrouble], [{ kind: 'records' }, 11, {}, null]);
      assert.deepEqual(summary.plan.target, { kind: 'stream', name: lane.name });
      assert.deepEqual(summary.plan.rate, { kind: 'constant', perSecond: 1000 });
      assert.deepEqual([summary.plan.template, summary.plan.stop.records], [SEQUENCE, 1500]);
      assert.ok(summary.seconds > 1 && summary.latency.p50 > 0 && summary.latency.p99 >= summary.latency.p50);
      assert.ok(!/secret|"test"/i.test(JSON.stringify(summary)));
    },
  ],
  [
    'a run pauses, goes on and stops, and closing the tab asks first while it goes on',
    async (given) => {
      const { page } = given;
      const lane = await ready(given);
      await fill(page, 'Records per second', 200);
      await start(page);
      await past(page, 'acknowledged', 20);
      assert.equal(await page.locator('[data-route]').innerText(), `Template user-activity to stream ${lane.name} in us-east-1`);
      await page.getByText('what you change is for the next one').waitFor();
      await fill(page, 'Seed', 'x');
      await page.getByText('The next run cannot begin:').waitFor();
      await fill(page, 'Seed', '');
      const asked = page.waitForEvent('dialog');
      await page.close({ runBeforeUnload: true });
      const question = await asked;
      assert.equal(question.type(), 'beforeunload');
      await question.dismiss();
      await press(page, 'Pause');
      await page.locator('[data-phase="paused"]').waitFor();
      await page.waitForFunction(() => document.querySelector('[data-total="in-flight"]').textContent === '0');
      await page.getByText('Stop gives up nothing').waitFor();
      const paused = await total(page, 'generated');
      // 200 a second would have come meanwhile.
      await clock(page, (await seconds(page)) + 2);
      assert.equal(await total(page, 'generated'), paused);
      await press(page, 'Go on');
      await past(page, 'generated', paused);
      await press(page, 'Stop');
      await over(page);
      const { records } = await balanced(page, lane);
      assert.deepEqual(numbers(records), upTo(records.length));
      const summary = await downloaded(page, 'Download JSON');
      assert.deepEqual(summary.endedBy, { kind: 'user' });
      assert.equal(await page.locator('[data-unsent]').count(), summary.unsent > 0 ? 1 : 0);
      const closed = page.waitForEvent('close');
      await page.close({ runBeforeUnload: true });
      await closed;
    },
  ],
  [
    'three of ten records throttled and one of twenty requests failed cost no record, and the totals are those of the stream',
    async (given) => {
      const { page, faulty } = given;
      const lane = await ready(given, { endpoint: faulty });
      await fill(page, 'Records per second', 1000);
      await fill(page, 'Records', 2000);
      // Some runs have so few requests that none of them fails.
      for (let failed = 0; failed === 0; failed = await total(page, 'failed')) {
        const { records } = await run(page, lane, 60_000);
        assert.deepEqual(numbers(records), upTo(2000));
        assert.ok((await total(page, 'throttled')) > 300);
      }
      await page.getByText('ServiceUnavailable').or(page.getByText('ProvisionedThroughputExceeded')).first().waitFor();
    },
  ],
  [
    'a request that is changed on its way is refused, and nothing of it is kept',
    async (given) => {
      const { page, context } = given;
      const lane = await ready(given);
      await context.route(`${given.endpoint}/**`, (route, request) => {
        const isPut = request.headers()['x-amz-target']?.endsWith('PutRecords');
        return route.continue(isPut ? { postData: request.postData().replace('"Data"', '"Data" ') } : {});
      });
      await fill(page, 'Records', 10);
      await start(page);
      await page.locator('.note').filter({ hasText: 'signature' }).waitFor();
      await page.locator('[data-phase="locked-out"]').waitFor();
      assert.equal(await total(page, 'given-up'), 0);
      await press(page, 'Stop');
      await over(page);
      assert.equal(await total(page, 'given-up'), 10);
      assert.equal(await total(page, 'acknowledged'), 0);
      assert.deepEqual(await lane.account(), []);
    },
  ],
  [
    'a wrong secret is refused in words, and nothing is sent',
    async (given) => {
      const { page } = given;
      const lane = given.lane(given.endpoint);
      await lane.account();
      await enter(given, { secret: 'wrong' });
      await fill(page, 'Stream name', lane.name);
      await start(page);
      await page.locator('.note').filter({ hasText: 'secret' }).waitFor();
      assert.equal(await total(page, 'acknowledged'), 0);
      assert.deepEqual(await lane.account(), []);
    },
  ],
  [
    'a whole run by keyboard alone',
    async (given) => {
      const { page, address, endpoint } = given;
      const lane = given.lane(endpoint);
      await lane.account();
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
      await inside(page);
      await to('Stream name');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(lane.name);
      await to('Records');
      await page.keyboard.type('300');
      await to('Start');
      const focused = (name) => page.waitForFunction((wanted) => document.activeElement.textContent === wanted, name);
      await page.keyboard.press('Enter');
      await focused('Pause');
      await over(page);
      await focused('Start');
      assert.equal((await balanced(page, lane)).records.length, 300);
    },
  ],
];
