/** Commands that complete words. readline(3), "Completing", and bash(1). */
import { actionCandidates } from '../completion/actions.ts'
import { pathsOf } from '../expand/pathnames.ts'
import type { Steps } from '../interp/flow.ts'
import type { Command, Use } from './command.ts'
import { completeLine, type Completion, listing, offered } from './completion.ts'
import type { LineEditor } from './editor.ts'
import { splitWords } from './history-expansion.ts'

type Source = (editor: LineEditor, before: string) => Completion | Steps<Completion>

const standard: Source = (editor, before) => completeLine(editor.shell, before)

/** Candidates of one kind only. @param mark  what stands before the name: `$`, `~`, `@` */
const ofAction =
  (action: string, mark = ''): Source =>
  (editor, before) => {
    const word = /[^\s;&|()<>=]*$/.exec(before)?.[0] ?? ''
    const prefix = word.startsWith(mark) ? word.slice(mark.length) : word
    const names = [...new Set(actionCandidates(editor.shell, action, prefix))].sort()
    return offered(
      before.length - word.length,
      names.map((name) => ({ value: (word.startsWith(mark) ? mark : '') + name, suffix: ' ' })),
      word,
    )
  }

/** M-C-i: words of the history. */
const ofHistory: Source = (editor, before) => {
  const word = /\S*$/.exec(before)?.[0] ?? ''
  const words = new Set(editor.history.flatMap(splitWords).filter((each) => each.startsWith(word)))
  return offered(
    before.length - word.length,
    [...words].sort().map((value) => ({ value, suffix: ' ' })),
    word,
  )
}

/** Names of files that the word, as a pattern, stands for. */
const ofPattern =
  (mark: string): Source =>
  (editor, before) => {
    const word = /\S*$/.exec(before)?.[0] ?? ''
    const names = pathsOf(editor.shell, word + mark)
    return offered(
      before.length - word.length,
      names.map((value) => ({ value, suffix: ' ' })),
      word,
    )
  }

function* find(editor: LineEditor, source: Source): Steps<{ found: Completion; typed: string }> {
  const before = editor.line.slice(0, editor.line.cursor)
  const offer = source(editor, before)
  const found = 'next' in offer ? yield* offer : offer
  return { found, typed: before.slice(found.start) }
}

function replace({ line }: LineEditor, typed: string, text: string): void {
  line.remove(line.cursor - [...typed].length, line.cursor, false)
  line.insert(text)
}

const completing = (source: Source): Command =>
  function* (editor, { keys }) {
    const { settings } = editor
    if (settings.on('disable-completion')) {
      editor.line.insert(keys)
      return
    }
    const again = editor.lastCommand === 'complete'
    const { found, typed } = yield* find(editor, source)
    if (found.values.length === 0) return yield* editor.bell()
    const changed = found.insert !== typed
    if (changed) replace(editor, typed, found.insert)
    if (found.values.length === 1) return
    const wanted =
      settings.on('show-all-if-ambiguous') || (settings.on('show-all-if-unmodified') && !changed) || (again && !changed)
    if (wanted) {
      yield* editor.draw()
      yield* list(editor, found)
    } else if (!changed) yield* editor.bell()
    return
  }

const possible = (source: Source): Command =>
  function* (editor) {
    const { found } = yield* find(editor, source)
    if (found.values.length === 0) return yield* editor.bell()
    yield* list(editor, found)
    return
  }

/** Lists the candidates below the line; asks first where there are many. */
function* list(editor: LineEditor, { candidates }: Completion): Steps<void> {
  const { screen, settings, keyboard } = editor
  const most = settings.number('completion-query-items')
  const answer: string[] = []
  if (most > 0 && candidates.length >= most) {
    yield* screen.leave()
    yield* screen.write(`Display all ${candidates.length} possibilities? (y or n)`)
    while (answer.length === 0) {
      const key = yield* keyboard.next()
      if (key === undefined || 'yY nN\x7f\x07\x03'.includes(key)) answer.push(key ?? 'n')
      else yield* editor.bell()
    }
    yield* screen.write('\n')
    if (!'yY '.includes(answer[0] ?? 'n')) {
      yield* screen.begin(editor.prompt)
      return
    }
  } else yield* screen.leave()
  yield* page(editor, listing(candidates, screen.width, settings.on('print-completions-horizontally')))
  yield* screen.begin(editor.prompt)
}

/** A long list a screenful at a time. */
function* page({ screen, settings, keyboard }: LineEditor, text: string): Steps<void> {
  const lines = text.split('\n').slice(0, -1)
  const rows = settings.on('page-completions') ? screen.height - 1 : lines.length
  let left = rows
  for (const [at, line] of lines.entries()) {
    yield* screen.write(`${line}\n`)
    if (--left > 0 || at === lines.length - 1) continue
    yield* screen.write('--More--')
    const key = yield* keyboard.next()
    yield* screen.write('\r\x1b[K')
    if (key === undefined || 'qQnN\x7f\x03\x07'.includes(key)) return
    left = key === '\r' || key === '\n' ? 1 : rows
  }
}

/** Candidates one after the other in the place of the word. */
const menu = (by: 1 | -1): Command =>
  function* (editor) {
    const state = editor.lastCommand.startsWith('menu-complete') ? editor.menu : undefined
    if (state) {
      const { values } = state
      const next = (state.at + by + values.length + 1) % (values.length + 1)
      const shown = (at: number): string => (at === values.length ? state.typed : (values[at] ?? ''))
      replace(editor, shown(state.at), shown(next))
      state.at = next
      return
    }
    const { found, typed } = yield* find(editor, standard)
    editor.menu = undefined
    if (found.values.length === 0) return yield* editor.bell()
    const at = by > 0 ? 0 : found.values.length - 1
    replace(editor, typed, found.values[at] ?? '')
    editor.menu = { values: found.values, typed, at }
    return
  }

/** M-*: all of them. */
const insertAll = (source: Source): Command =>
  function* (editor) {
    const { found, typed } = yield* find(editor, source)
    if (found.values.length === 0) return yield* editor.bell()
    replace(editor, typed, `${found.values.map((value) => value.trimEnd()).join(' ')} `)
    return
  }

/** M-{: file names in braces. */
function* intoBraces(editor: LineEditor): Steps<undefined> {
  const { found, typed } = yield* find(editor, ofAction('file'))
  if (found.values.length === 0) return yield* editor.bell()
  const prefix = found.values.length === 1 ? '' : found.insert.trimEnd()
  const rest = found.values.map((value) => value.trimEnd().slice(prefix.length))
  replace(editor, typed, rest.length === 1 ? (found.values[0] ?? '') : `${prefix}{${rest.join(',')}}`)
}

/** vi's `=`, `*` and `\`. */
function* viComplete(editor: LineEditor, use: Use): Steps<undefined> {
  const { line } = editor
  line.cursor = line.wordRight(line.cursor, /\s/)
  const source = ofPattern('*')
  if (use.keys === '=') yield* run(possible(source), editor, use)
  else if (use.keys === '*') yield* run(insertAll(source), editor, use)
  else yield* run(completing(standard), editor, use)
  if (use.keys !== '=') yield* editor.use('vi-insert')
}

function* run(command: Command, editor: LineEditor, use: Use): Steps<void> {
  const outcome = command(editor, use)
  if (outcome && 'next' in outcome) yield* outcome
}

const KINDS: readonly (readonly [name: string, source: Source])[] = [
  ['filename', ofAction('file')],
  ['username', ofAction('user', '~')],
  ['hostname', ofAction('hostname', '@')],
  ['variable', ofAction('variable', '$')],
  ['command', ofAction('command')],
]

export const COMPLETION_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['complete', completing(standard)],
  ['possible-completions', possible(standard)],
  ['insert-completions', insertAll(standard)],
  ['menu-complete', menu(1)],
  ['menu-complete-backward', menu(-1)],
  ['old-menu-complete', menu(1)],
  ['dynamic-complete-history', completing(ofHistory)],
  ['dabbrev-expand', menu(1)],
  ['complete-into-braces', intoBraces],
  ['glob-complete-word', completing(ofPattern('*'))],
  ['glob-expand-word', insertAll(ofPattern(''))],
  ['glob-list-expansions', possible(ofPattern(''))],
  ['vi-complete', viComplete],
  ...KINDS.flatMap(([name, source]): [string, Command][] => [
    [`complete-${name}`, completing(source)],
    [`possible-${name}-completions`, possible(source)],
  ]),
])
