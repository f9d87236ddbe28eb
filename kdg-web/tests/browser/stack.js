// The local stack, asked by other code than the page's: what a stream holds.

import { createHash, createHmac } from 'node:crypto';

const REGION = 'us-east-1';
const KEY = 'test';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Calls an operation of Kinesis. */
export async function kinesis(endpoint, operation, input) {
  const body = JSON.stringify(input);
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${now.slice(0, 8)}/${REGION}/kinesis/aws4_request`;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: new URL(endpoint).host,
    'x-amz-date': now,
    'x-amz-target': `Kinesis_20131202.${operation}`,
  };
  const names = Object.keys(headers).sort();
  const listed = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const asked = ['POST', '/', '', listed, names.join(';'), sha256(body)].join('\n');
  const words = ['AWS4-HMAC-SHA256', now, scope, sha256(asked)].join('\n');
  const key = [now.slice(0, 8), REGION, 'kinesis', 'aws4_request'].reduce(hmac, 'AWS4test');
  const signature = createHmac('sha256', key).update(words).digest('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  delete headers.host;
  const answer = await fetch(endpoint, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${text}`);
  return text ? JSON.parse(text) : {};
}

/** A new stream of so many shards. */
export async function stream(endpoint, name, shards) {
  await kinesis(endpoint, 'CreateStream', { StreamName: name, ShardCount: shards });
  for (;;) {
    const { StreamDescriptionSummary: summary } = await kinesis(endpoint, 'DescribeStreamSummary', { StreamName: name });
    if (summary.StreamStatus === 'ACTIVE') return name;
  }
}

/** Everything that a stream holds: `{identity, text}`. */
export async function held(endpoint, name) {
  const { Shards } = await kinesis(endpoint, 'ListShards', { StreamName: name });
  const records = [];
  for (const { ShardId } of Shards) {
    let { ShardIterator: iterator } = await kinesis(endpoint, 'GetShardIterator', {
      StreamName: name,
      ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    });
    for (;;) {
      let read;
      try {
        read = await kinesis(endpoint, 'GetRecords', { ShardIterator: iterator, Limit: 10000 });
      } catch (error) {
        // A shard is read five times a second at most.
        if (`${error}`.includes('ProvisionedThroughputExceeded')) continue;
        throw error;
      }
      for (const record of read.Records) {
        records.push({
          identity: `${ShardId}:${record.SequenceNumber}`,
          key: record.PartitionKey,
          text: Buffer.from(record.Data, 'base64').toString(),
        });
      }
      iterator = read.NextShardIterator;
      if (read.MillisBehindLatest === 0 || !iterator) break;
    }
  }
  return records;
}
