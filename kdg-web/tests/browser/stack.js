// The local stack, asked by other code than the page's: what a stream holds, and what a bucket does.

import { signed } from './signed.js';

/** Calls an operation of Kinesis. */
export async function kinesis(endpoint, operation, input) {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` };
  const answer = await signed(endpoint, 'kinesis', { method: 'POST', headers, body: JSON.stringify(input) });
  return answer.length > 0 ? JSON.parse(answer) : {};
}

/** A new stream of so many shards. */
export async function stream(endpoint, name, shards) {
  await kinesis(endpoint, 'CreateStream', { StreamName: name, ShardCount: shards });
  for (;;) {
    const { StreamDescriptionSummary: summary } = await kinesis(endpoint, 'DescribeStreamSummary', { StreamName: name });
    if (summary.StreamStatus === 'ACTIVE') return name;
  }
}

/** What a shard holds after a sequence number, or all of it: `{identity, shard, sequence, key, data}`. */
export async function held(endpoint, name, shard, after) {
  const place = after ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after } : { ShardIteratorType: 'TRIM_HORIZON' };
  let { ShardIterator: iterator } = await kinesis(endpoint, 'GetShardIterator', { StreamName: name, ShardId: shard, ...place });
  const records = [];
  for (;;) {
    let read;
    try {
      read = await kinesis(endpoint, 'GetRecords', { ShardIterator: iterator, Limit: 10000 });
    } catch (error) {
      // A shard is read five times a second at most.
      if (`${error}`.includes('ProvisionedThroughputExceeded')) continue;
      throw error;
    }
    for (const { SequenceNumber: sequence, PartitionKey: key, Data } of read.Records) {
      records.push({ identity: `${shard}:${sequence}`, shard, sequence, key, data: Buffer.from(Data, 'base64') });
    }
    iterator = read.NextShardIterator;
    if (read.MillisBehindLatest === 0 || !iterator) return records;
  }
}

/** The shards of a stream. */
export async function shards(endpoint, name) {
  const { Shards } = await kinesis(endpoint, 'ListShards', { StreamName: name });
  return Shards.map(({ ShardId }) => ShardId);
}

/** Every key of a bucket. */
export async function keys(endpoint, bucket) {
  const found = [];
  let from = {};
  for (;;) {
    const query = { 'list-type': '2', ...from };
    const listed = `${await signed(endpoint, 's3', { method: 'GET', path: `/${bucket}`, query })}`;
    for (const [, key] of listed.matchAll(/<Key>([^<]*)<\/Key>/g)) found.push(key);
    const next = listed.match(/<NextContinuationToken>([^<]*)</);
    if (!next) return found;
    from = { 'continuation-token': next[1] };
  }
}

/** The content of an object. */
export const object = (endpoint, bucket, key) => signed(endpoint, 's3', { method: 'GET', path: `/${bucket}/${key}` });
