import type { Editor } from './editor.ts'
import type { Hint } from './keys.ts'

/** A question on the status bar. */
export interface Question {
  /** What stands before the answer, made new for each key: toggles may change it. */
  readonly label: () => string
  readonly hints: readonly Hint[]
  readonly initial?: string
  /** Earlier answers, the newest last. */
  readonly history?: string[]
  /** Keys that end or change the question. @returns 'again' to go on asking, 'leave' to end it */
  readonly keys?: ReadonlyMap<string, () => 'again' | 'leave'>
  /** What Tab makes of the answer. */
  readonly complete?: (text: string) => string
}

interface Line {
  text: string
  at: number
}

const MOVES: ReadonlyMap<string, (line: Line) => void> = new Map<string, (line: Line) => void>([
  ...['<Left>', '\x02'].map((key) => [key, (line: Line) => void (line.at = Math.max(0, line.at - 1))] as const),
  ...['<Right>', '\x06'].map(
    (key) => [key, (line: Line) => void (line.at = Math.min(line.text.length, line.at + 1))] as const,
  ),
  ...['<Home>', '\x01'].map((key) => [key, (line: Line) => void (line.at = 0)] as const),
  ...['<End>', '\x05'].map((key) => [key, (line: Line) => void (line.at = line.text.length)] as const),
  ...['\x7f', '\b'].map((key) => [key, (line: Line) => line.at > 0 && take(line, line.at - 1)] as const),
  ...['<Del>', '\x04'].map((key) => [key, (line: Line) => take(line, line.at)] as const),
  ['\x0b', (line) => void Object.assign(line, { text: '', at: 0 })],
])

function take(line: Line, at: number): void {
  line.text = line.text.slice(0, at) + line.text.slice(at + 1)
  line.at = at
}

/** The answer; undefined when it was called off or a key led elsewhere. */
export async function ask(editor: Editor, question: Question): Promise<string | undefined> {
  const { initial = '', history = [] } = question
  const line: Line = { text: initial, at: initial.length }
  let place = history.length
  for (;;) {
    const label = ` ${question.label()}`.slice(1)
    const key = await editor.key({
      prompt: label + line.text,
      hints: question.hints,
      cursor: label.length + line.at,
    })
    if (key === '\r' || key === '\n') break
    if (key === '\x03' || key === '\x1b') {
      editor.message = 'Cancelled'
      return undefined
    }
    const special = question.keys?.get(key)
    if (special) {
      if (special() === 'leave') return undefined
    } else if (['<Up>', '\x10', '<Down>', '\x0e'].includes(key)) {
      place = Math.max(0, Math.min(history.length, place + (key === '<Up>' || key === '\x10' ? -1 : 1)))
      Object.assign(line, { text: history[place] ?? '', at: (history[place] ?? '').length })
    } else if (key === '\t' && question.complete) {
      const text = question.complete(line.text)
      Object.assign(line, { text, at: text.length })
    } else edit(line, key)
  }
  if (line.text !== '') remember(history, line.text)
  return line.text
}

function edit(line: Line, key: string): void {
  const move = MOVES.get(key)
  if (move) return move(line)
  if (key < ' ' || /^<.+>$/.test(key)) return
  line.text = line.text.slice(0, line.at) + key + line.text.slice(line.at)
  line.at += key.length
}

function remember(history: string[], text: string): void {
  const known = history.indexOf(text)
  if (known >= 0) history.splice(known, 1)
  history.push(text)
}
