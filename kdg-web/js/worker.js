// The worker: the same module as the page's, entered by another door.

import init, { worker_main } from './kdg_web.js';

await init();
worker_main();
