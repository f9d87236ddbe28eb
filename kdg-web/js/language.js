// The template language for highlighting: text that is mostly JSON, with tags in it.

const WORDS = /^(?:let|entity|of|ref|not|chance|else|if|#if|\/if|#repeat|\/repeat)(?![\w.])/;

/** A stream parser of CodeMirror. */
export const template = {
  name: 'template',
  startState: () => ({ tag: false, quoted: false }),
  token(stream, state) {
    if (stream.match('{{')) {
      // Of `{{{` the first brace is text.
      if (stream.peek() === '{') {
        stream.backUp(1);
        return 'punctuation';
      }
      state.tag = true;
      return 'bracket';
    }
    if (state.tag) return tag(stream, state);
    if (stream.match(/^"/)) {
      state.quoted = !state.quoted;
      return 'string';
    }
    if (state.quoted) {
      stream.match(/^(?:\\.|(?!\{\{)[^"\\])+/) || stream.next();
      return 'string';
    }
    if (stream.match(/^-?\d[\d.]*/)) return 'number';
    if (stream.match(/^(?:true|false|null)\b/)) return 'atom';
    stream.match(/^(?!\{\{)[^"\d{tfn-]+/) || stream.next();
    return null;
  },
};

function tag(stream, state) {
  if (stream.eatSpace()) return null;
  if (stream.match('}}')) {
    state.tag = false;
    return 'bracket';
  }
  if (stream.match(WORDS)) return 'keyword';
  if (stream.match(/^@\w+/)) return 'atom';
  if (stream.match(/^[A-Za-z_]\w*(?:\.\w+)+/)) return 'propertyName';
  if (stream.match(/^[A-Za-z_]\w*/)) return 'variableName';
  if (stream.match(/^-?\d[\d.]*/)) return 'number';
  if (stream.match(/^"(?:\\.|[^"\\{])*"?/) || stream.match(/^'(?:\\.|[^'\\])*'?/)) return 'string';
  stream.next();
  return 'punctuation';
}
