// What may stand in a tag: the functions with their documentation, the words of the language, and
// the names that the template itself gives.

const WORDS = [
  ['let', 'let name = value', 'gives a value a name', '{{let id = random.uuid}}'],
  ['#repeat', '#repeat 1..3 ", "', 'repeats what follows, up to {{/repeat}}', '{{#repeat 3 ", "}}…{{/repeat}}'],
  ['/repeat', '/repeat', 'ends a repeated part', '{{/repeat}}'],
  ['#if', '#if chance 0.1', 'what follows only under a condition', '{{#if code == 200}}…{{else}}…{{/if}}'],
  ['else', 'else', 'otherwise', '{{else}} or {{else if code < 500}}'],
  ['/if', '/if', 'ends a condition', '{{/if}}'],
  [
    'entity',
    'entity session of 10 {"id": random.uuid} : start -> click 2 -> end',
    'something that lives longer than a record',
    '{{entity device of 20 {"id": random.uuid}}}',
  ],
  ['ref', 'ref', 'an entity of another template that is alive', '{{ref customer.id}}'],
  ['@index', '@index', 'counts the turns of a block from 0', '{{@index}}'],
  ['@number', '@number', 'counts the turns of a block from 1', '{{@number}}'],
  ['@count', '@count', 'how many turns a block has', '{{@count}}'],
];

// A tag is longer than this only where nobody needs completion.
const LONGEST_TAG = 2000;

/** A source of completions over a list of `{name, takes, summary, example}`. */
export function complete(functions) {
  const known = [
    ...functions.map(({ name, takes, summary, example }) => ({
      label: name,
      detail: takes,
      type: 'function',
      apply: example.includes('(') ? inside(example) : name,
      info: () => documentation(summary, example),
    })),
    ...WORDS.map(([label, apply, summary, example]) => ({
      label,
      apply,
      type: 'keyword',
      boost: 1,
      info: () => documentation(summary, example),
    })),
  ];
  return (context) => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - LONGEST_TAG), context.pos);
    const opened = before.lastIndexOf('{{');
    if (opened < 0 || before.indexOf('}}', opened) >= 0) return null;
    const word = context.matchBefore(/[\w.#@/]*/);
    if (!word || (word.from === word.to && !context.explicit && !before.endsWith('{{'))) return null;
    const names = named(context.state.doc.toString());
    return { from: word.from, options: [...known, ...names], validFor: /^[\w.#@/]*$/ };
  };
}

function inside(example) {
  return example.startsWith('{{') && example.endsWith('}}') ? example.slice(2, -2).trim() : example;
}

/** Variables and entities of the template. */
function named(text) {
  const names = new Set();
  for (const [, name] of text.matchAll(/\{\{\s*(?:let|entity)\s+(\w+)/g)) names.add(name);
  return [...names].map((label) => ({ label, type: 'variable', boost: 2, detail: 'of this template' }));
}

function documentation(summary, example) {
  const shown = document.createElement('div');
  const code = document.createElement('code');
  code.textContent = example;
  shown.append(summary, code);
  return shown;
}
