// Requests to the local stack, signed by other code than the page's.

import { createHash, createHmac } from 'node:crypto';

const REGION = 'us-east-1';
const KEY = 'test';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** Calls a service, and gives the bytes of what it answers. */
export async function signed(endpoint, service, { method, path = '/', query = {}, headers: given = {}, body = '' }) {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${now.slice(0, 8)}/${REGION}/${service}/aws4_request`;
  const headers = { ...given, host: new URL(endpoint).host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': now };
  const names = Object.keys(headers).sort();
  const listed = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const place = path.split('/').map(encoded).join('/');
  const asked = Object.keys(query).sort().map((name) => `${encoded(name)}=${encoded(query[name])}`).join('&');
  const request = [method, place, asked, listed, names.join(';'), sha256(body)].join('\n');
  const words = ['AWS4-HMAC-SHA256', now, scope, sha256(request)].join('\n');
  const key = [now.slice(0, 8), REGION, service, 'aws4_request'].reduce(hmac, 'AWS4test');
  const signature = createHmac('sha256', key).update(words).digest('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  delete headers.host;
  const answer = await fetch(`${endpoint}${place}?${asked}`, { method, headers, body: body || undefined });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${service} ${method} ${path}: ${bytes}`);
  return bytes;
}
