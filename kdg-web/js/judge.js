// The worker that tries records out: a module of its own, which is loaded when it is first needed.

import init, { judge, shipped } from './trial.js';

try {
  await init();
  onmessage = ({ data }) => postMessage(judge(data));
  postMessage(shipped());
} catch (error) {
  postMessage(JSON.stringify({ is: 'failed', message: `what tries records cannot be loaded: ${error}` }));
}
