// A stream, the real function behind it, and the bucket that it writes: one claim at a time runs there.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { held, keys, object, shards } from './stack.js';

/** What the pipelines that lie beside this file are called, and their streams and buckets. */
export const LANES = ['page-1', 'page-2', 'page-3'];

const QUARANTINE = /^quarantine\/[^/]+\/(?<reason>[^/]+)\/(?<shard>.+)-(?<sequence>\d+)$/;

/** How long the function may take after the last record, and from one look at the bucket to the next. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

const isGzip = (data) => data[0] === 0x1f && data[1] === 0x8b;

export class Lane {
  #last = new Map();
  #known = new Set();

  constructor(endpoint, name) {
    this.endpoint = endpoint;
    this.name = name;
  }

  /**
   * Every record that has come into the stream since this was asked before, once the bucket holds an
   * outcome for exactly these: a line with the record's identity and content, or its bytes in the
   * quarantine, which has the `reason`.
   */
  async account() {
    const records = (await this.#came()).map((record) => ({ ...record, text: `${isGzip(record.data) ? gunzipSync(record.data) : record.data}` }));
    const outcomes = await this.#outcomes(records.length);
    const sorted = (identities) => [...identities].sort();
    assert.deepEqual(sorted(outcomes.keys()), sorted(records.map(({ identity }) => identity)));
    return records.map((record) => {
      const { line, bytes, reason } = outcomes.get(record.identity);
      if (reason) assert.deepEqual(bytes, record.data);
      else assert.deepEqual(line, JSON.parse(record.text));
      return { ...record, reason };
    });
  }

  async #came() {
    const came = [];
    for (const shard of await shards(this.endpoint, this.name)) {
      const records = await held(this.endpoint, this.name, shard, this.#last.get(shard));
      if (records.length > 0) this.#last.set(shard, records.at(-1).sequence);
      came.push(...records);
    }
    return came;
  }

  async #outcomes(wanted) {
    const outcomes = new Map();
    for (const since = Date.now(); outcomes.size < wanted && Date.now() - since < PATIENCE_MS; await pause(LOOK_MS)) {
      for (const key of (await keys(this.endpoint, this.name)).filter((key) => !this.#known.has(key))) {
        this.#known.add(key);
        for (const [identity, outcome] of read(key, await object(this.endpoint, this.name, key))) {
          assert.ok(!outcomes.has(identity), `${identity} has two outcomes`);
          outcomes.set(identity, outcome);
        }
      }
    }
    return outcomes;
  }
}

/** The outcomes that an object holds, by the identity of the record. */
function read(key, bytes) {
  const kept = key.match(QUARANTINE)?.groups;
  if (kept) return [[`${kept.shard}:${kept.sequence}`, { reason: kept.reason, bytes }]];
  const lines = `${bytes}`.trimEnd().split('\n').map((line) => JSON.parse(line));
  return lines.map(({ _id, ...line }) => [_id, { line }]);
}
