// The page in Chromium without a window, against the local stack.
//
//   node main.js MODULES CHROMIUM PAGE SCREENSHOTS STACKS
//
// MODULES has the npm packages, PAGE is what `cargo xtask web` built. STACKS is JSON: `endpoint` of a
// stack without limits, `faulty` of one that throttles three records in ten, `people` of one whose
// page asks who it is, and `codes` of one that asks for an authenticator app as well.

import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { FLAGS } from './flags.js';
import { serve } from './server.js';
import { tests } from './claims.js';

const [modules, executablePath, folder, screenshots, stacks] = process.argv.slice(2);
const { endpoint, faulty, people, codes } = JSON.parse(stacks);
const load = createRequire(path.join(path.resolve(modules), 'here.js'));
const { chromium } = load('playwright-core');

const PATIENCE = 20_000;

rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots, { recursive: true });
const config = { region: 'us-east-1', endpoint, streams: { 'user-activity': 'user-activity-stream' }, buckets: { 'user-activity': 'user-activity-logs' } };
const server = await serve(path.resolve(folder), config);
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
let failures = 0;
const only = process.env.ONLY ?? '';

for (const [claim, prove, options = {}] of tests.filter(([claim]) => claim.includes(only))) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} (${message.location().url})`));
  page.on('pageerror', (error) => complaints.push(`${error}`));
  const shot = async (name) => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true, caret: 'initial' });
  };
  const started = Date.now();
  try {
    await prove({ page, context, shot, address: server.address, endpoint, faulty, people, codes, complaints, axe: load.resolve('axe-core') });
    // The one resource that may be missing says so in the console of the browser.
    // axe and pictures try inline styles of their own; every other claim runs without them.
    const others = claim.includes('accessible') ? /^Failed to load resource|^Applying inline style/ : /^Failed to load resource/;
    const unexpected = complaints.filter((text) => !others.test(text));
    if (unexpected.length > 0) throw new Error(`the console says: ${unexpected.join('; ')}`);
    console.error(`ok   ${claim} (${Date.now() - started} ms)`);
  } catch (error) {
    failures += 1;
    console.error(`FAIL ${claim}\n${error.stack}\n${complaints.join('\n')}`);
    await page.screenshot({ path: path.join(screenshots, `failed-${failures}.png`), fullPage: true }).catch(() => {});
  } finally {
    await context.close();
  }
}
await browser.close();
server.close();
console.error(`${failures} of the claims about the page failed`);
process.exitCode = failures > 0 ? 1 : 0;
