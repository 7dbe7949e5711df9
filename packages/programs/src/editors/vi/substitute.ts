import type { Editor } from './editor.ts'
import type { ExRange } from './ex-range.ts'
import { draw } from './view.ts'

export interface Counted {
  substitutions: number
  lines: number
}

/** Splits at an unescaped mark; the mark itself loses its backslash. */
export function splitAt(text: string, mark: string): string[] {
  const parts = ['']
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    const last = parts.length - 1
    if (char === '\\' && at + 1 < text.length) {
      const next = text.charAt(++at)
      parts[last] += next === mark ? mark : char + next
    } else if (char === mark) parts.push('')
    else parts[last] += char
  }
  return parts
}

/** The replacement with `&`, `\1`, `\u` and its kin filled in. vim's change.txt, "sub-replace-special". */
export function fillReplacement(template: string, match: readonly (string | undefined)[]): string {
  let out = ''
  let once: ((text: string) => string) | undefined
  let all: ((text: string) => string) | undefined
  const add = (text: string): void => {
    if (text === '') return
    const cased = all ? all(text) : text
    out += once ? once(cased.charAt(0)) + cased.slice(1) : cased
    once = undefined
  }
  const upper = (text: string): string => text.toUpperCase()
  const lower = (text: string): string => text.toLowerCase()
  for (let at = 0; at < template.length; at++) {
    const char = template.charAt(at)
    if (char === '&') add(match[0] ?? '')
    else if (char === '\r') add('\n')
    else if (char !== '\\') add(char)
    else {
      const next = template.charAt(++at)
      if (/\d/.test(next)) add(match[Number(next)] ?? '')
      else if (next === 'r') add('\n')
      else if (next === 'n') add('\0')
      else if (next === 't') add('\t')
      else if (next === 'u') once = upper
      else if (next === 'l') once = lower
      else if (next === 'U') all = upper
      else if (next === 'L') all = lower
      else if (next === 'e' || next === 'E') all = undefined
      else add(next)
    }
  }
  return out
}

/** `:s`, `:&`, `:~`. @param text  what stands behind the command's name */
export async function substitute(editor: Editor, range: ExRange, text: string): Promise<void> {
  const last = editor.lastSubstitute
  const mark = text.charAt(0)
  const given = mark !== '' && !/[\w"|\s]/.test(mark)
  if (!given && !last) return editor.fail('E33: No previous substitute regular expression')
  const [source = '', template = '', tail = ''] = given
    ? splitAt(text.slice(1), mark)
    : [last?.source, last?.replacement, text]
  const [, flags = '', count = ''] = /^([&cegiInp#lr]*)\s*(\d*)/.exec(tail.trim()) ?? []
  const rows = count
    ? { from: range.to, to: Math.min(editor.text.lines.length - 1, range.to + Number(count) - 1) }
    : range
  const pattern = source || editor.search.source
  if (pattern === '') return editor.fail('E35: No previous regular expression')
  const replacement = template === '~' ? (last?.replacement ?? '') : template
  const letters = flags.replace('&', last?.flags ?? '')
  editor.lastSubstitute = { source: pattern, replacement, flags: letters }
  editor.search = { source: pattern, forward: true, offset: '' }
  editor.registers.lastSearch = pattern
  editor.highlight = true
  const compiled = editor.compile(
    letters.includes('I') ? `\\C${pattern}` : letters.includes('i') ? `\\c${pattern}` : pattern,
  )
  if (/\\n/.test(compiled.source) && !letters.includes('c') && !letters.includes('n'))
    return report(editor, replaceAcross(editor, rows, compiled, replacement, letters), pattern, letters)
  const counted = await replaceIn(editor, rows, compiled, replacement, letters)
  report(editor, counted, pattern, letters)
}

function report(editor: Editor, { substitutions, lines }: Counted, pattern: string, flags: string): void {
  if (editor.tally) {
    editor.tally.substitutions += substitutions
    editor.tally.lines += lines
    return
  }
  if (substitutions === 0 && !flags.includes('e')) return editor.fail(`E486: Pattern not found: ${pattern}`)
  const what = flags.includes('n') ? 'match' : 'substitution'
  const many = what === 'match' ? 'matches' : 'substitutions'
  if (substitutions > 2 || flags.includes('n'))
    editor.say(`${substitutions} ${substitutions === 1 ? what : many} on ${lines} line${lines === 1 ? '' : 's'}`)
}

/** For patterns that reach over the ends of lines. */
function replaceAcross(
  editor: Editor,
  { from, to }: { readonly from: number; readonly to: number },
  pattern: RegExp,
  template: string,
  flags: string,
): Counted {
  const { text } = editor
  const whole = text.lines.slice(from).join('\n')
  const limit = text.lines.slice(from, to + 1).join('\n').length
  const lineOf = (at: number): number => whole.slice(0, at).split('\n').length
  const touched: number[] = []
  let [out, at] = ['', 0]
  for (const match of whole.matchAll(pattern)) {
    if (match.index > limit) break
    const line = lineOf(match.index)
    if (!flags.includes('g') && touched.at(-1) === line) continue
    out += whole.slice(at, match.index) + fillReplacement(template, match)
    at = match.index + match[0].length
    touched.push(line)
  }
  if (touched.length === 0) return { substitutions: 0, lines: 0 }
  text.splice(from, text.lines.length - from, ...(out + whole.slice(at)).split('\n'))
  editor.moveTo(from + out.split('\n').length - 1, 0)
  return { substitutions: touched.length, lines: Math.min(new Set(touched).size, out.split('\n').length) }
}

async function replaceIn(
  editor: Editor,
  { from, to }: { readonly from: number; readonly to: number },
  pattern: RegExp,
  template: string,
  flags: string,
): Promise<Counted> {
  const counted: Counted = { substitutions: 0, lines: 0 }
  const asker = { answer: flags.includes('c') ? 'ask' : 'all' }
  let row = from
  for (let left = to - from + 1; left > 0 && row < editor.text.lines.length; left--) {
    const pause = editor.sys.tick()
    if (pause) await pause
    const { text, count, added } = await replaceLine(editor, row, pattern, template, flags, asker)
    if (count > 0) {
      counted.substitutions += count
      counted.lines++
      if (!flags.includes('n')) {
        editor.text.splice(row, 1, ...text.split('\n'))
        row += added
        editor.moveTo(row, 0)
      }
    }
    row++
    if (asker.answer === 'stop') break
  }
  return counted
}

async function replaceLine(
  editor: Editor,
  row: number,
  pattern: RegExp,
  template: string,
  flags: string,
  asker: { answer: string },
): Promise<{ text: string; count: number; added: number }> {
  const line = editor.text.line(row)
  let text = ''
  let at = 0
  let count = 0
  for (const match of line.matchAll(pattern)) {
    if (match.index === line.length && line !== '' && match[0] === '' && at === line.length && count > 0) break
    if (asker.answer === 'stop') break
    if (asker.answer === 'ask' && !(await confirmed(editor, row, match.index, template, asker))) continue
    text += line.slice(at, match.index) + fillReplacement(template, match)
    at = match.index + match[0].length
    count++
    if (!flags.includes('g')) break
  }
  text += line.slice(at)
  return { text, count, added: text.split('\n').length - 1 }
}

async function confirmed(
  editor: Editor,
  row: number,
  col: number,
  template: string,
  asker: { answer: string },
): Promise<boolean> {
  editor.moveTo(row, col)
  const question = `replace with ${template} (y/n/a/q/l/^E/^Y)?`
  for (;;) {
    if (!editor.fed) await draw(editor)
    const key = await editor.promptKey(question, question.length)
    if (key === 'y') return true
    if (key === 'n') return false
    if (key === 'a' || key === 'l') {
      asker.answer = key === 'a' ? 'all' : 'stop'
      return true
    }
    if (key === 'q' || key === '\x1b' || key === '\x03') {
      asker.answer = 'stop'
      return false
    }
  }
}
