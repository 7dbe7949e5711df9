import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { languageFor } from './languages.ts'
import { problemsIn } from './problems.ts'

interface Opening {
  readonly parent: HTMLElement
  readonly path: string
  readonly content: string
  readonly onChange: (content: string) => void
  /** See problemsIn. */
  readonly checkCompose: () => Promise<string>
}

/** Opens an editor in `parent`. @returns what closes it */
export async function openEditor({ parent, path, content, onChange, checkCompose }: Opening): Promise<() => void> {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: content,
      extensions: [
        ...BASE,
        await languageFor(path),
        problemsIn(path, { compose: checkCompose }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString())
        }),
        EditorView.contentAttributes.of({ 'aria-label': path }),
      ],
    }),
  })
  view.focus()
  return () => view.destroy()
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'light-dark(#8238c4, #d2a8ff)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#19722b, #7ee787)' },
  { tag: [tags.comment], color: 'light-dark(#5f6c80, #8294ad)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'light-dark(#0d6f79, #76e3ea)' },
  {
    tag: [tags.propertyName, tags.attributeName, tags.definition(tags.variableName)],
    color: 'light-dark(#0b5cb3, #6cb6ff)',
  },
  { tag: [tags.tagName, tags.typeName, tags.className], color: 'light-dark(#b3263b, #ff9a92)' },
  { tag: [tags.meta, tags.processingInstruction], color: 'light-dark(#8a6100, #e3b341)' },
])

const LOOK = EditorView.theme({
  '&': { fontSize: '13.5px', backgroundColor: 'transparent', color: 'var(--text)' },
  '.cm-content, .cm-gutters': { fontFamily: 'var(--mono)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in oklab, var(--accent) 7%, transparent)' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfe3fb, #24446b) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', border: '1px solid var(--line)' },
})

/** What a text looks like, whether it can be changed or not. */
export const READING: readonly Extension[] = [
  lineNumbers(),
  syntaxHighlighting(COLOURS),
  syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
  LOOK,
]

const BASE: readonly Extension[] = [
  ...READING,
  foldGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('  '),
  bracketMatching(),
  closeBrackets(),
  autocompletion(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...completionKeymap,
    indentWithTab,
  ]),
]
