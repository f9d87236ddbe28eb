// What index.html loads: the widgets first, which the page calls by these names, then the page.

import init, { page_main } from './kdg_web.js';

import { chart } from './chart.js';
import { editor } from './editor.js';
import { copy, open, save } from './file.js';
import { guard, judge, theme, worker } from './window.js';

globalThis.sluice = { chart, copy, editor, guard, judge, open, save, theme, worker };

// Errors show at once; everything else waits for the module.
try {
  await init();
  page_main();
} catch (error) {
  const shown = document.getElementById('boot');
  shown.textContent = `The page cannot start: ${error}. Reload it; a browser of the last three years is needed.`;
  shown.setAttribute('role', 'alert');
}
