import type { Editor } from './editor.ts'
import type { Travel } from './text.ts'

/** Undo and redo, so many steps. */
export function travel(editor: Editor, back: boolean, steps = 1): void {
  const { text, sys } = editor
  let [lines, changed] = [0, 0]
  for (let step = 0; step < steps; step++) {
    const done = back ? text.undo(sys.clock.now()) : text.redo(sys.clock.now())
    if (!done && step === 0) return editor.say(back ? 'Already at oldest change' : 'Already at newest change')
    if (!done) return
    lines += done.lines
    changed += done.changed
    editor.moveTo(done.place.row, done.place.col)
    editor.say(changeWords({ ...done, lines, changed }))
  }
}

/** `1 line less; before #3  5 seconds ago`: what undo or redo has done. vim's undo.c, u_undoredo() says the same. */
function changeWords({ lines, changed, number, back, ageMs }: Travel): string {
  const seconds = Math.floor(ageMs / 1000)
  const age = `${seconds} second${seconds === 1 ? '' : 's'} ago`
  return `${what(lines, changed)}; ${back ? 'before' : 'after'} #${number}  ${age}`
}

function what(lines: number, changed: number): string {
  if (lines === 1) return '1 more line'
  if (lines > 1) return `${lines} more lines`
  if (lines === -1) return '1 line less'
  if (lines < -1) return `${-lines} fewer lines`
  return `${changed} change${changed === 1 ? '' : 's'}`
}
