// Runs the samples in headless Chromium, and prints what the page found as JSON.
//
//   node chromium.js MODULES CHROMIUM PAGE speed NAME...
//   node chromium.js MODULES CHROMIUM PAGE digest RECORDS
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');

const [modules, executablePath, folder, task, ...given] = process.argv.slice(2);
const { chromium } = createRequire(path.join(path.resolve(modules), 'here.js'))('playwright-core');

// A machine that is closed to the world would answer every other request of the browser late.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

function serve(request, response) {
  const name = path.basename(request.url);
  if (!fs.existsSync(path.join(folder, name)) || name === '') {
    response.setHeader('content-type', 'text/html');
    return response.end('<!doctype html><title>samples</title>');
  }
  response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
  return fs.createReadStream(path.join(folder, name)).pipe(response);
}

// What runs in the page.
const tasks = {
  async speed(names) {
    const module = await import('/bench_generate.js');
    await module.default();
    const render = (measured, milliseconds) => {
      const started = performance.now();
      let records = 0;
      let bytes = 0;
      let elapsed = 0;
      while (elapsed < milliseconds) {
        bytes += measured.render(10_000);
        records += 10_000;
        elapsed = performance.now() - started;
      }
      return { records_per_s: (records / elapsed) * 1000, mb_per_s: bytes / elapsed / 1000 };
    };
    const turn = {};
    for (const name of names) {
      const measured = new module.Measured(name);
      // Until the browser has optimized what it compiled in haste.
      render(measured, 200);
      turn[name] = render(measured, 300);
    }
    return turn;
  },
  async digest([records]) {
    const module = await import('/bench_generate.js');
    await module.default();
    return module.digest(Number(records));
  },
};

async function main() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
  const server = http.createServer(serve);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = { executablePath, headless: true, args: FLAGS };
  const browser = await chromium.launchPersistentContext(profile, options);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    console.log(JSON.stringify(await page.evaluate(tasks[task], given)));
  } finally {
    await browser.close();
    server.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
