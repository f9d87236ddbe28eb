// How fast the page is, as JSON: until it can be used, in acknowledged records a second, and how
// long it keeps who uses it waiting meanwhile.
//
//   node speed.js MODULES CHROMIUM PAGE ENDPOINT SECONDS

import { createRequire } from 'node:module';
import path from 'node:path';

import { FLAGS } from './flags.js';
import { serve } from './server.js';
import { stream } from './stack.js';

const [modules, executablePath, folder, endpoint, seconds] = process.argv.slice(2);
const { chromium } = createRequire(path.join(path.resolve(modules), 'here.js'))('playwright-core');

// Some 200 bytes.
const TEMPLATE =
  '{"id": {{sequence.next}}, "sensor": "{{random.uuid}}", "temperature": {{random.number(100)}}, "who": "{{name.findName}}", "note": "' +
  'x'.repeat(80) +
  '"}';

const SHARDS = 8;
const WARM_UP_MS = 2_000;

const server = await serve(path.resolve(folder), { region: 'us-east-1', endpoint, streams: {}, buckets: {} });
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });

const opened = Date.now();
await page.goto(server.address);
await page.getByLabel('Access key ID').fill('test');
const usableMs = Date.now() - opened;
await page.getByLabel('Secret access key').fill('test');
await page.getByRole('button', { name: 'Continue' }).click();
await page.getByRole('heading', { name: 'Target' }).waitFor();
await page.getByRole('textbox', { name: 'Stream name', exact: true }).fill(await stream(endpoint, `speed-${process.pid}`, SHARDS));
await page.locator('.cm-content').click();
await page.keyboard.press('Control+A');
await page.keyboard.insertText(TEMPLATE);
await page.waitForFunction(() => document.querySelector('.samples li')?.textContent.includes('sensor'));
await page.getByRole('radio', { name: 'As fast as possible', exact: true }).check({ force: true });
await page.getByRole('button', { name: 'Start', exact: true }).click();

const acknowledged = () => page.evaluate(() => Number(document.querySelector('[data-total="acknowledged"]').textContent.replaceAll(',', '')));
await page.waitForTimeout(WARM_UP_MS);
await page.evaluate(() => {
  globalThis.tasks = [0];
  new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
});
const [before, from] = [await acknowledged(), Date.now()];
await page.waitForTimeout(Number(seconds) * 1_000);
const [after, until] = [await acknowledged(), Date.now()];
const longestTaskMs = await page.evaluate(() => Math.max(...globalThis.tasks));
await browser.close();
server.close();
console.log(JSON.stringify({ usableMs, perSecond: ((after - before) * 1_000) / (until - from), longestTaskMs }));
