import { EditorState, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import { READING } from './code-mirror.ts'
import { languageFor } from './languages.ts'

interface Reading {
  readonly parent: HTMLElement
  readonly path: string
  readonly content: string
  /** Lines that are marked, from 1; both 0 for none. */
  readonly start: number
  readonly end: number
}

/** Shows a text in colours that cannot be changed. @returns what closes it */
export async function openReader({ parent, path, content, start, end }: Reading): Promise<() => void> {
  const state = EditorState.create({
    doc: content,
    extensions: [
      ...READING,
      await languageFor(path),
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': path }),
      EditorView.decorations.of((view) => marked(view.state, start, end)),
    ],
  })
  const first = start > 0 && start <= state.doc.lines ? state.doc.line(start).from : 0
  const scrollTo = EditorView.scrollIntoView(first, { y: 'center' })
  const view = new EditorView({ parent, state, scrollTo })
  return () => view.destroy()
}

function marked({ doc }: EditorState, start: number, end: number): DecorationSet {
  const lines = new RangeSetBuilder<Decoration>()
  for (let number = Math.max(1, start); number <= Math.min(end, doc.lines); number++) {
    const { from } = doc.line(number)
    lines.add(from, from, Decoration.line({ class: 'marked' }))
  }
  return lines.finish()
}
