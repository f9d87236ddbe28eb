// What the page promises of streams that fail.

import assert from 'node:assert/strict';
import net from 'node:net';

import { fill, numbers, over, past, ready, start, total, upTo } from './page.js';

/** A way to the stack that can be closed and opened again, at one port. */
export async function gate(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const open = new Set();
  const listen = (at) =>
    new Promise((resolve) => {
      const server = net.createServer((near) => {
        const far = net.connect(Number(port), hostname);
        for (const [one, other] of [[near, far], [far, near]]) {
          open.add(one);
          one.on('error', () => other.destroy());
          one.on('close', () => (open.delete(one), other.destroy()));
          one.pipe(other);
        }
      });
      server.listen(at, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const at = server.address().port;
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return {
    endpoint: `http://127.0.0.1:${at}`,
    close,
    async reopen() {
      server = await listen(at);
    },
  };
}

export const outageClaims = [
  [
    'an endpoint that dies in the middle of a run and comes back costs no record',
    async (given) => {
      const { page, endpoint } = given;
      const way = await gate(endpoint);
      const lane = await ready(given);
      await fill(page, 'Custom endpoint', way.endpoint);
      await fill(page, 'Records per second', 300);
      await fill(page, 'Records', 1500);
      await start(page);
      await past(page, 'acknowledged', 100);
      way.close();
      await page.locator('.note').filter({ hasText: 'no connection' }).waitFor();
      await way.reopen();
      await over(page);
      way.close();
      assert.equal(await total(page, 'acknowledged'), 1500);
      // A request whose answer was cut off may have been stored: what is doubled carries one number.
      assert.deepEqual([...new Set(numbers(await lane.account()))], upTo(1500));
    },
  ],
];
