// Records a second of faker 4.1 rendering the samples, as JSON.
//
//   node faker.js MODULES TEMPLATES
//
// The KDG is a page around faker.fake, with functions of its own beside those of faker. They are
// added here in the simplest way that gives what a template asks for.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [modules, templates] = process.argv.slice(2);
const load = createRequire(path.join(path.resolve(modules), 'here.js'));
const faker = load('faker');
const moment = load('moment');

const WARM_UP_MS = 200;
const TURN_MS = 400;

faker.random.weightedArrayElement = ({ weights, data }) => {
  let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return data[index < 0 ? weights.length - 1 : index];
};
faker.date.now = (format) => moment().format(format || 'YYYY-MM-DDTHH:mm:ssZ');
faker.date.utc = (format) => moment.utc().format(format || 'YYYY-MM-DDTHH:mm:ss[Z]');

function render(template, milliseconds) {
  const started = performance.now();
  let records = 0;
  let characters = 0;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    for (let i = 0; i < 100; i++) characters += faker.fake(template).length;
    records += 100;
    elapsed = performance.now() - started;
  }
  return { records_per_s: (records / elapsed) * 1000, mb_per_s: characters / elapsed / 1000 };
}

const turn = {};
for (const file of fs.readdirSync(templates)) {
  const name = file.split('.')[0];
  if (name === 'many') continue; // What it takes, faker does not have.
  // As the KDG does before it renders.
  const template = fs.readFileSync(path.join(templates, file), 'utf8').trim().replace(/\n/g, '');
  const record = faker.fake(template);
  if (/undefined|NaN|\{\{/.test(record)) throw new Error(`faker does not render ${name}: ${record}`);
  render(template, WARM_UP_MS);
  turn[name] = render(template, TURN_MS);
}
console.log(JSON.stringify(turn));
