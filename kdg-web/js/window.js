// The window around the page, and the worker beside it.

const ask = (event) => event.preventDefault();

/** Asks before the tab is closed, while a run is under way. */
export function guard(isGoing) {
  if (isGoing) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}

/** `light`, `dark`, or what the system has. */
export function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
}

/** Starts the worker that makes and sends records. */
export const worker = (heard, failed) => start('./worker.js', heard, failed);

/** Starts the worker that tries records out, and loads what it needs. */
export const judge = (heard, failed) => start('./judge.js', heard, failed);

/**
 * Starts a worker. It hears nothing until it has said that it is ready, so that what is told before
 * waits here.
 */
function start(script, heard, failed) {
  const started = new Worker(new URL(script, import.meta.url), { type: 'module' });
  let waiting = [];
  started.onmessage = ({ data }) => {
    for (const text of waiting ?? []) started.postMessage(text);
    waiting = null;
    heard(data);
  };
  started.onerror = (event) => failed(event.message || 'the worker could not be loaded');
  return {
    tell(text) {
      if (waiting) waiting.push(text);
      else started.postMessage(text);
    },
    end() {
      started.terminate();
    },
  };
}
