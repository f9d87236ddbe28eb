// A static server as CloudFront is one: the files, the policy, and config.json beside them, under
// a path of some depth.

import { createReadStream, existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PREFIX = '/some/where/';

/** Serves a folder with a configuration, and gives the page's address. */
export async function serve(folder, config) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://page');
    const name = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) || 'index.html' : '..';
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('referrer-policy', 'no-referrer');
    if (name === 'config.json' && config) {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(config));
    }
    const file = path.join(folder, path.normalize(name));
    if (!file.startsWith(folder) || !existsSync(file)) {
      response.statusCode = 404;
      return response.end('there is nothing here');
    }
    response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}${PREFIX}`, close: () => server.close() };
}
