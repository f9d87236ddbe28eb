// Builds the static folder of the page, and prints what it weighs as JSON.
//
//   node build.js MODULES GLUE TRIAL OUT
//
// MODULES has the npm packages, GLUE what wasm-bindgen made of the page, TRIAL of what tries records
// out, which is marked as loaded later. Files lie in a folder that is named
// after their content, so that a browser may keep them for ever and never mixes two versions.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const [modules, glue, trial, out] = process.argv.slice(2).map((name) => path.resolve(name));
const { buildSync } = createRequire(path.join(modules, 'here.js'))('esbuild');
const here = path.dirname(fileURLToPath(import.meta.url));
const fixed = path.join(here, '..', 'static');

rmSync(out, { recursive: true, force: true });
const fresh = path.join(out, 'fresh');
mkdirSync(fresh, { recursive: true });

// What nobody loads who tries no record.
const later = ['judge.js', 'trial.js', 'trial_bg.wasm'];

const common = { minify: true, format: 'esm', target: 'es2022', outdir: fresh, logLevel: 'warning' };
buildSync({
  ...common,
  entryPoints: ['main.js', 'worker.js', 'judge.js'].map((name) => path.join(here, name)),
  bundle: true,
  // One copy for the window and the worker.
  external: ['./kdg_web.js', './trial.js'],
  nodePaths: [path.join(modules, 'node_modules')],
  legalComments: 'linked',
});
// One by one, because together they would keep their folders.
for (const made of [path.join(glue, 'kdg_web.js'), path.join(trial, 'trial.js')]) buildSync({ ...common, entryPoints: [made] });
buildSync({
  ...common,
  entryPoints: [path.join(fixed, 'style.css')],
  bundle: true,
  nodePaths: [path.join(modules, 'node_modules')],
});
copyFileSync(path.join(glue, 'kdg_web_bg.wasm'), path.join(fresh, 'kdg_web_bg.wasm'));
copyFileSync(path.join(trial, 'trial_bg.wasm'), path.join(fresh, 'trial_bg.wasm'));
copyFileSync(path.join(fixed, 'icon.svg'), path.join(fresh, 'icon.svg'));

const digest = createHash('sha256');
const files = readdirSync(fresh).sort();
for (const name of files) digest.update(name).update(readFileSync(path.join(fresh, name)));
const assets = digest.digest('hex').slice(0, 16);
mkdirSync(path.join(out, assets));
for (const name of files) copyFileSync(path.join(fresh, name), path.join(out, assets, name));
rmSync(fresh, { recursive: true });

const index = readFileSync(path.join(fixed, 'index.html'), 'utf8').replaceAll('ASSETS', assets);
writeFileSync(path.join(out, 'index.html'), index);

const weigh = (name, content) => ({
  name,
  bytes: content.length,
  gzip: gzipSync(content, { level: 9 }).length,
  later: later.includes(name),
});
const weights = files
  .filter((name) => !name.endsWith('.txt'))
  .map((name) => weigh(name, readFileSync(path.join(out, assets, name))));
console.log(JSON.stringify([weigh('index.html', Buffer.from(index)), ...weights]));
