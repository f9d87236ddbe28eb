// Files of the person: what a browser gives a page no simpler way to.

/** Offers a text as a download. */
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The download has begun by then; until it has, the address must hold.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Asks for a file, and hands its text over. */
export function open(accept, done) {
  const input = Object.assign(document.createElement('input'), { type: 'file', accept });
  input.addEventListener('change', () => input.files[0]?.text().then(done));
  input.click();
}

/** Puts a text into the clipboard. */
export function copy(text) {
  navigator.clipboard?.writeText(text);
}
