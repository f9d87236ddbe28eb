// The page in Chromium without a window, against the local stack.
//
//   node main.js MODULES CHROMIUM PAGE SCREENSHOTS STACKS
//
// MODULES has the npm packages, PAGE is what `cargo xtask web` built. STACKS is JSON: `endpoint` of a
// stack without limits, `faulty` of one that throttles three records in ten and fails one request in
// twenty, `people` of one whose page asks who it is, and `codes` of one that asks for an authenticator
// app as well. All of them run the pipelines that lie beside this file.
//
// The variable ONLY runs the claims whose words hold it.

import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { claims } from './claims.js';
import { FLAGS } from './flags.js';
import { LANES, Lane } from './lane.js';
import { serve } from './server.js';

const [modules, executablePath, folder, screenshots, stacks] = process.argv.slice(2);
const { endpoint, faulty, people, codes } = JSON.parse(stacks);
const load = createRequire(path.join(path.resolve(modules), 'here.js'));
const { chromium } = load('playwright-core');

const PATIENCE = 20_000;
const DESKTOP = { viewport: { width: 1360, height: 900 } };

rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots, { recursive: true });
const servers = [];
async function site(config) {
  const server = await serve(path.resolve(folder), config);
  servers.push(server);
  return server.address;
}
const address = await site({ region: 'us-east-1', endpoint, streams: { [LANES[0]]: LANES[0] }, buckets: { [LANES[0]]: LANES[0] } });
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
const waiting = claims.filter(([claim]) => claim.includes(process.env.ONLY ?? ''));
const began = Date.now();
let failures = 0;

/** Proves a claim in a browser of its own; what `lane` gives for a stack is nobody else's meanwhile. */
async function check([claim, prove, options], lane) {
  const contexts = [];
  const complaints = [];
  const elsewhere = async () => {
    const context = await browser.newContext({ ...DESKTOP, ...options });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} (${message.location().url}:${message.location().lineNumber})`));
    page.on('pageerror', (error) => complaints.push(`${error}`));
    return page;
  };
  const page = await elsewhere();
  const shot = async (name) => {
    const size = page.viewportSize();
    // A window in which nothing scrolls: a panel that stays in view would be cut in a picture of the whole page.
    const height = await page.evaluate(() => {
      const above = (panel) => panel.getBoundingClientRect().top + scrollY;
      const panels = [...document.querySelectorAll('.happens')].map((panel) => above(panel) + panel.scrollHeight + 16);
      return Math.max(document.documentElement.scrollHeight, ...panels);
    });
    await page.setViewportSize({ ...size, height });
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), caret: 'initial' });
    await page.setViewportSize(size);
  };
  const started = Date.now();
  try {
    const axe = load.resolve('axe-core');
    await prove({ page, context: page.context(), elsewhere, shot, site, lane, address, endpoint, faulty, people, codes, axe, complaints });
    // The one resource that may be missing says so in the console of the browser.
    const unexpected = complaints.filter((text) => !text.startsWith('Failed to load resource'));
    if (unexpected.length > 0) throw new Error(`the console says: ${unexpected.join('; ')}`);
    console.error(`ok   ${claim} (${Date.now() - started} ms)`);
  } catch (error) {
    failures += 1;
    console.error(`FAIL ${claim} (${Date.now() - started} ms)\n${error.stack}\n${complaints.join('\n')}`);
    await page.screenshot({ path: path.join(screenshots, `failed-${failures}.png`), fullPage: true }).catch(() => {});
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

await Promise.all(
  LANES.map(async (name) => {
    const lanes = new Map();
    const lane = (endpoint) => lanes.get(endpoint) ?? lanes.set(endpoint, new Lane(endpoint, name)).get(endpoint);
    for (let claim = waiting.shift(); claim; claim = waiting.shift()) await check(claim, lane);
  }),
);
await browser.close();
for (const server of servers) server.close();
console.error(`${failures} of the claims about the page failed, after ${Math.round((Date.now() - began) / 1000)} s`);
process.exitCode = failures > 0 ? 1 : 0;
