// The editor of templates: CodeMirror in a shadow root, where it may add its styles as constructed
// sheets. In the document it would write <style>, which the page's security policy refuses.

import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, Transaction } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

import { complete } from './completion.js';
import { template } from './language.js';

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--syntax-keyword)' },
  { tag: tags.propertyName, color: 'var(--syntax-function)' },
  { tag: tags.variableName, color: 'var(--syntax-name)' },
  { tag: tags.string, color: 'var(--syntax-text)' },
  { tag: tags.number, color: 'var(--syntax-number)' },
  { tag: tags.atom, color: 'var(--syntax-number)' },
  { tag: tags.bracket, color: 'var(--syntax-brace)' },
]);

// Custom properties pass into a shadow root, so that light and dark are the page's.
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--field)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '.cm-gutters': { backgroundColor: 'var(--field)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--line-here)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    overflow: 'hidden',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-solid)',
    color: 'var(--on-accent)',
  },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.85' },
  '.cm-completionInfo': { maxWidth: '24em', padding: '8px 10px', lineHeight: '1.45' },
  '.cm-completionInfo code': { display: 'block', marginTop: '6px', fontFamily: 'var(--mono)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warn)',
    textUnderlineOffset: '3px',
  },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warn)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
});

/**
 * Puts an editor into `host`.
 *
 * @param {HTMLElement} host where it goes
 * @param {string} label what a screen reader calls it
 * @param {string} functions a JSON list of `{name, takes, summary, example}`
 * @param {(text: string) => void} changed called with the whole text
 */
export function editor(host, label, functions, changed) {
  const root = host.attachShadow({ mode: 'open' });
  const frame = document.createElement('div');
  frame.className = 'frame';
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host,.frame{display:block;height:100%}');
  root.adoptedStyleSheets = [sheet];
  root.append(frame);
  let quiet = false;
  const state = (doc) =>
    EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        StreamLanguage.define(template),
        syntaxHighlighting(colours),
        autocompletion({ override: [complete(JSON.parse(functions))], icons: false }),
        // Tab leaves the editor, so that the keyboard is never caught in it.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        look,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) changed(update.state.doc.toString());
        }),
      ],
    });
  const view = new EditorView({ state: state(''), parent: frame, root });
  return {
    /** Shows another text, with a history of its own. */
    show(text) {
      if (text === view.state.doc.toString()) return;
      quiet = true;
      view.setState(state(text));
      quiet = false;
    },
    /** Shows what became of the same text elsewhere: the caret, and what can be undone, stay. */
    update(text) {
      const before = view.state.doc.toString();
      if (text === before) return;
      const least = Math.min(before.length, text.length);
      let from = 0;
      while (from < least && before[from] === text[from]) from += 1;
      let same = 0;
      while (same < least - from && before[before.length - 1 - same] === text[text.length - 1 - same]) same += 1;
      quiet = true;
      view.dispatch({
        changes: { from, to: before.length - same, insert: text.slice(from, text.length - same) },
        annotations: Transaction.addToHistory.of(false),
      });
      quiet = false;
    },
    /** Underlines a JSON list of `{line, column, length, message, isWarning}`, counted from 1 in characters. */
    underline(problems) {
      const { doc } = view.state;
      const diagnostics = JSON.parse(problems).map(({ line, column, length, message, isWarning }) => {
        const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
        // Rust counts characters, JavaScript their halves.
        const before = [...at.text].slice(0, column - 1).join('').length;
        const marked = [...at.text].slice(column - 1, column - 1 + Math.max(length, 1)).join('').length;
        const from = Math.min(at.from + before, at.to);
        return { from, to: Math.min(from + marked, doc.length), severity: isWarning ? 'warning' : 'error', message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    /** Moves the cursor to a place, and the focus with it. */
    go(line, column) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const anchor = Math.min(at.from + column - 1, at.to);
      view.dispatch({ selection: { anchor }, scrollIntoView: true });
      view.focus();
    },
  };
}
