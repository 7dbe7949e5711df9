/** What diff, log and show share: options of git-diff(1), and what they print. */
import { combinedPatch } from './combined-diff.ts'
import { textOf } from './content.ts'
import { numbersText, type StatOptions, statRows, statText, summary, summaryText } from './diff-stat.ts'
import { ANSI, type Colours, NO_COLOURS, patchText, type PatchOptions } from './diff-text.ts'
import { Fatal } from './fatal.ts'
import { linesOf } from './line-diff.ts'
import { NO_OID } from './objects.ts'
import { quotedPath } from './paths.ts'
import { type Pair, withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { isColoured, widthOf } from './terminal.ts'
import type { Change, FileState, Tree } from './trees.ts'
import { COLOUR_WORDS, PLAIN_WORDS, PORCELAIN_WORDS, type WordStyle } from './word-diff.ts'

export type Form =
  | 'patch'
  | 'stat'
  | 'numstat'
  | 'shortstat'
  | 'name-only'
  | 'name-status'
  | 'raw'
  | 'summary'
  | 'dirstat'
  | 'check'

export interface DiffOptions {
  readonly forms: Set<Form>
  /** -s, --no-patch */
  none: boolean
  context: number
  between: number
  prefixes: [string, string]
  fullIndex: boolean
  reverse: boolean
  renames: boolean
  copies: number
  least: number
  filter: string | undefined
  /** -S and -G. */
  pickaxe: { readonly text: string; readonly regex: boolean } | undefined
  colour: boolean | undefined
  words: WordStyle | undefined
  wordPattern: string | undefined
  text: boolean
  key: ((line: string) => string) | undefined
  ignoreBlank: boolean
  statWidth: number | undefined
  statCount: number | undefined
  compact: boolean
  zero: boolean
  relative: string | undefined
  quiet: boolean
  exitCode: boolean
  abbrev: number
}

export const newDiffOptions = (): DiffOptions => ({
  forms: new Set(),
  none: false,
  context: 3,
  between: 0,
  prefixes: ['a/', 'b/'],
  fullIndex: false,
  reverse: false,
  renames: true,
  copies: 0,
  least: 50,
  filter: undefined,
  pickaxe: undefined,
  colour: undefined,
  words: undefined,
  wordPattern: undefined,
  text: false,
  key: undefined,
  ignoreBlank: false,
  statWidth: undefined,
  statCount: undefined,
  compact: false,
  zero: false,
  relative: undefined,
  quiet: false,
  exitCode: false,
  abbrev: 7,
})

const KEYS: Readonly<Record<string, (line: string) => string>> = {
  w: (line) => line.replace(/\s+/g, ''),
  b: (line) => line.replace(/\s+/g, ' ').trimEnd(),
  'ignore-space-at-eol': (line) => line.trimEnd(),
  'ignore-cr-at-eol': (line) => line.replace(/\r\n$/, '\n'),
}
const WORD_STYLES: Readonly<Record<string, WordStyle | undefined>> = {
  plain: PLAIN_WORDS,
  color: COLOUR_WORDS,
  porcelain: PORCELAIN_WORDS,
  '': PLAIN_WORDS,
  none: undefined,
}
const WHENS: Readonly<Record<string, boolean | undefined>> = {
  always: true,
  never: false,
  auto: undefined,
  '': true,
  true: true,
  false: false,
}
const FORMS: readonly Form[] = [
  'patch',
  'stat',
  'numstat',
  'shortstat',
  'name-only',
  'name-status',
  'raw',
  'summary',
  'dirstat',
  'check',
]

type Take = (o: DiffOptions, value: string) => void
const form =
  (...names: readonly Form[]): Take =>
  (o) =>
    names.forEach((name) => o.forms.add(name))
const percent = (text: string): number =>
  text === '' ? 50 : text.endsWith('%') ? Number(text.slice(0, -1)) : Number(`0.${text}`) * 100

/** Options by their long names, or letters; `=` or what follows a letter is their value. */
const OPTIONS: ReadonlyMap<string, Take> = new Map<string, Take>([
  ...FORMS.map((name): [string, Take] => [name, form(name)]),
  ['p', form('patch')],
  ['u', form('patch')],
  [
    'stat',
    (o, value) => {
      o.forms.add('stat')
      const [width, , count] = value.split(',')
      if (width) o.statWidth = Number(width)
      if (count) o.statCount = Number(count)
    },
  ],
  ['stat-width', (o, value) => void (o.statWidth = Number(value))],
  [
    'compact-summary',
    (o) => {
      o.forms.add('stat')
      o.compact = true
    },
  ],
  ['patch-with-stat', form('patch', 'stat')],
  ['patch-with-raw', form('patch', 'raw')],
  ['s', (o) => void (o.none = true)],
  ['no-patch', (o) => void (o.none = true)],
  [
    'U',
    (o, value) => {
      o.context = Number(value)
      o.forms.add('patch')
    },
  ],
  [
    'unified',
    (o, value) => {
      o.context = Number(value)
      o.forms.add('patch')
    },
  ],
  ['W', (o) => void (o.context = 1 << 20)],
  ['function-context', (o) => void (o.context = 1 << 20)],
  ['inter-hunk-context', (o, value) => void (o.between = Number(value))],
  ['no-prefix', (o) => void (o.prefixes = ['', ''])],
  ['src-prefix', (o, value) => void (o.prefixes[0] = value)],
  ['dst-prefix', (o, value) => void (o.prefixes[1] = value)],
  ['full-index', (o) => void (o.fullIndex = true)],
  ['binary', (o) => void ((o.fullIndex = true), o.forms.add('patch'))],
  ['abbrev', (o, value) => void (o.abbrev = Number(value) || 7)],
  ['R', (o) => void (o.reverse = true)],
  ['M', (o, value) => void ((o.renames = true), (o.least = percent(value)))],
  ['find-renames', (o, value) => void ((o.renames = true), (o.least = percent(value)))],
  ['no-renames', (o) => void (o.renames = false)],
  ['C', (o, value) => void (o.copies++, (o.renames = true), (o.least = percent(value)))],
  ['find-copies', (o, value) => void (o.copies++, (o.least = percent(value)))],
  ['find-copies-harder', (o) => void (o.copies = 2)],
  ['B', () => undefined],
  ['D', () => undefined],
  ['diff-filter', (o, value) => void (o.filter = value)],
  ['color', (o, value) => void (o.colour = WHENS[value])],
  ['no-color', (o) => void (o.colour = false)],
  ['word-diff', (o, value) => void ((o.words = WORD_STYLES[value]), o.forms.add('patch'))],
  [
    'color-words',
    (o, value) => {
      o.words = COLOUR_WORDS
      o.colour = true
      o.forms.add('patch')
      if (value) o.wordPattern = value
    },
  ],
  [
    'word-diff-regex',
    (o, value) => {
      o.wordPattern = value
      o.words ??= PLAIN_WORDS
    },
  ],
  ['a', (o) => void (o.text = true)],
  ['text', (o) => void (o.text = true)],
  ['w', (o) => void (o.key = KEYS['w'])],
  ['ignore-all-space', (o) => void (o.key = KEYS['w'])],
  ['b', (o) => void (o.key = KEYS['b'])],
  ['ignore-space-change', (o) => void (o.key = KEYS['b'])],
  ['ignore-space-at-eol', (o) => void (o.key = KEYS['ignore-space-at-eol'])],
  ['ignore-cr-at-eol', (o) => void (o.key = KEYS['ignore-cr-at-eol'])],
  ['ignore-blank-lines', (o) => void (o.ignoreBlank = true)],
  ['z', (o) => void (o.zero = true)],
  ['relative', (o, value) => void (o.relative = value)],
  ['no-relative', (o) => void (o.relative = undefined)],
  ['quiet', (o) => void (o.quiet = true)],
  ['exit-code', (o) => void (o.exitCode = true)],
  ['S', (o, value) => void (o.pickaxe = { text: value, regex: false })],
  ['G', (o, value) => void (o.pickaxe = { text: value, regex: true })],
  ...[
    'minimal',
    'patience',
    'histogram',
    'diff-algorithm',
    'indent-heuristic',
    'no-indent-heuristic',
    'no-ext-diff',
    'ext-diff',
    'no-textconv',
    'textconv',
    'ignore-submodules',
    'submodule',
    'pickaxe-all',
    'color-moved',
    'no-color-moved',
    'ita-invisible-in-index',
    'rename-empty',
    'anchored',
    'ws-error-highlight',
    'output-indicator-new',
  ].map((name): [string, Take] => [name, () => undefined]),
])
const NEEDS_VALUE = new Set([
  'U',
  'unified',
  'S',
  'G',
  'diff-filter',
  'src-prefix',
  'dst-prefix',
  'inter-hunk-context',
  'word-diff-regex',
  'stat-width',
  'diff-algorithm',
  'anchored',
  'ws-error-highlight',
])
const MAY_HAVE_VALUE = new Set(['M', 'C', 'B'])

/** @returns how many words it took; 0 for what is no option of diff */
export function takeDiffOption(options: DiffOptions, word: string, next: string | undefined): number {
  if (word.startsWith('--')) {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const take = name.length > 1 ? OPTIONS.get(name) : undefined
    if (!take) return 0
    const needs = NEEDS_VALUE.has(name) && value === undefined
    if (needs && next === undefined) throw new Fatal(`error: option \`${name}' requires a value`, 129)
    take(options, value ?? (needs ? (next ?? '') : ''))
    return needs ? 2 : 1
  }
  const letter = word.charAt(1)
  const take = OPTIONS.get(letter)
  if (!word.startsWith('-') || !take) return 0
  const rest = word.slice(2)
  if (NEEDS_VALUE.has(letter)) {
    take(options, rest || (next ?? ''))
    return rest ? 1 : 2
  }
  if (MAY_HAVE_VALUE.has(letter)) {
    take(options, rest)
    return 1
  }
  take(options, '')
  return rest === '' ? 1 : takeDiffOption(options, `-${rest}`, next)
}

export function coloursOf(workspace: Workspace, options: DiffOptions): Colours {
  return (options.colour ?? isColoured(workspace)) ? ANSI : NO_COLOURS
}

export const patchOptions = (workspace: Workspace, o: DiffOptions): PatchOptions => ({
  context: o.context,
  between: o.between,
  prefixes: o.reverse ? [o.prefixes[1], o.prefixes[0]] : o.prefixes,
  fullIndex: o.fullIndex,
  colours: coloursOf(workspace, o),
  words: o.words,
  wordPattern: o.wordPattern,
  text: o.text,
  key: o.key,
  ignoreBlank: o.ignoreBlank,
})

/** Pairs of what changed, as the options want them. @param all  the tree before, for copies */
export async function pairsOf(
  workspace: Workspace,
  changes: readonly Change[],
  o: DiffOptions,
  all?: Tree,
): Promise<Pair[]> {
  const turned = o.reverse
    ? changes.map(({ path, before, after }) => ({ path, before: after, after: before }))
    : changes
  const inside =
    o.relative === undefined
      ? turned
      : relativeTo(turned, o.relative === '' ? workspace.prefix : `${o.relative.replace(/\/$/, '')}/`)
  const pairs = await withRenames(workspace, inside, {
    renames: o.renames,
    copies: o.copies > 0,
    least: o.least,
    all: o.copies > 1 ? all : undefined,
  })
  const kept = await picked(workspace, pairs, o)
  return kept.filter(({ status }) => passes(status, o.filter))
}

const relativeTo = (changes: readonly Change[], folder: string): Change[] =>
  changes
    .filter(({ path }) => path.startsWith(folder))
    .map((change) => ({ ...change, path: change.path.slice(folder.length) }))

function passes(status: string, filter: string | undefined): boolean {
  if (filter === undefined) return true
  if (filter === filter.toLowerCase()) return !filter.includes(status.toLowerCase())
  return filter.includes(status)
}

/** -S counts a text, -G looks at changed lines. */
async function picked(
  workspace: Workspace,
  pairs: readonly Pair[],
  { pickaxe }: DiffOptions,
): Promise<readonly Pair[]> {
  if (!pickaxe) return pairs
  const kept: Pair[] = []
  for (const pair of pairs) {
    const [old, fresh] = [await textOf(workspace, pair.before), await textOf(workspace, pair.after)]
    if (
      pickaxe.regex
        ? changedLines(old, fresh, new RegExp(pickaxe.text))
        : old.split(pickaxe.text).length !== fresh.split(pickaxe.text).length
    )
      kept.push(pair)
  }
  return kept
}

function changedLines(old: string, fresh: string, pattern: RegExp): boolean {
  const [a, b] = [linesOf(old), linesOf(fresh)]
  const [inA, inB] = [new Set(a), new Set(b)]
  return (
    a.some((line) => !inB.has(line) && pattern.test(line)) || b.some((line) => !inA.has(line) && pattern.test(line))
  )
}

const rawId = (state: FileState | undefined, hidden: boolean, o: DiffOptions): string =>
  (hidden && state ? NO_OID : (state?.oid ?? NO_OID)).slice(0, o.fullIndex ? 40 : o.abbrev)

export const statusWord = ({ status, similarity }: Pair): string =>
  status === 'R' || status === 'C' ? `${status}${String(similarity).padStart(3, '0')}` : status

export function nameStatus(pair: Pair, zero = false): string {
  const [gap, end] = zero ? ['\0', '\0'] : ['\t', '\n']
  const show = zero ? (path: string): string => path : quotedPath
  const names =
    pair.status === 'R' || pair.status === 'C' ? `${show(pair.from)}${gap}${show(pair.path)}` : show(pair.path)
  return `${statusWord(pair)}${gap}${names}${end}`
}

/** @param inWork  what is after lies in the work tree: git does not know its number yet */
export function rawText(pairs: readonly Pair[], o: DiffOptions, inWork: (pair: Pair) => boolean): string {
  return pairs
    .map((pair) => {
      const { before, after } = pair
      return `:${before?.mode ?? '000000'} ${after?.mode ?? '000000'} ${rawId(before, o.reverse && inWork(pair), o)} ${rawId(after, !o.reverse && inWork(pair), o)} ${nameStatus(pair, o.zero)}`
    })
    .join('')
}

export interface Printed {
  readonly text: string
  /** --check found something. */
  readonly found: boolean
}

/** Everything that was asked for about these pairs, in git's order. */
export async function printPairs(
  workspace: Workspace,
  pairs: readonly Pair[],
  o: DiffOptions,
  inWork: (pair: Pair) => boolean = () => false,
  patchOf: (pair: Pair) => Promise<string> = (pair) => patchText(workspace, pair, patchOptions(workspace, o)),
): Promise<Printed> {
  if (o.none && ['name-only', 'name-status', 'check'].some((name) => o.forms.has(name as Form)))
    throw new Fatal("fatal: options '--name-only', '--name-status', '--check', and '-s' cannot be used together")
  if (o.none) return { text: '', found: false }
  const { forms } = o
  if (forms.has('check')) {
    const text = (await Promise.all(pairs.map((pair) => checkText(workspace, pair)))).join('')
    return { text, found: text !== '' }
  }
  let out = ''
  const stat: StatOptions = {
    width: o.statWidth ?? widthOf(workspace),
    colours: coloursOf(workspace, o),
    compact: o.compact,
    most: o.statCount,
  }
  const rows = ['stat', 'numstat', 'shortstat', 'dirstat'].some((name) => forms.has(name as Form))
    ? await statRows(workspace, pairs, o)
    : []
  if (forms.has('raw')) out += rawText(pairs, o, inWork)
  if (forms.has('name-status')) out += pairs.map((pair) => nameStatus(pair, o.zero)).join('')
  else if (forms.has('name-only'))
    out += pairs.map(({ path }) => (o.zero ? `${path}\0` : `${quotedPath(path)}\n`)).join('')
  if (forms.has('numstat')) out += numbersText(rows)
  if (forms.has('stat')) out += statText(rows, stat)
  if (forms.has('shortstat')) out += summary(rows)
  if (forms.has('dirstat')) out += dirstat(rows)
  if (forms.has('summary')) out += summaryText(pairs)
  if (!forms.has('patch')) return { text: out, found: false }
  if (out !== '') out += '\n'
  for (const pair of pairs) out += await patchOf(pair)
  return { text: out, found: false }
}

function dirstat(rows: readonly { pair: Pair; added: number; removed: number }[]): string {
  const total = rows.reduce((sum, row) => sum + row.added + row.removed, 0)
  const folders = new Map<string, number>()
  for (const { pair, added, removed } of rows) {
    const at = pair.path.lastIndexOf('/')
    if (at >= 0)
      folders.set(pair.path.slice(0, at + 1), (folders.get(pair.path.slice(0, at + 1)) ?? 0) + added + removed)
  }
  return [...folders]
    .map(([folder, count]) => ({ folder, percent: total === 0 ? 0 : (count * 100) / total }))
    .filter(({ percent: share }) => share >= 3)
    .map(({ folder, percent: share }) => `${share.toFixed(1).padStart(6)}% ${folder}\n`)
    .join('')
}

/** --check: blanks at ends of lines, and markers of conflicts. */
async function checkText(workspace: Workspace, pair: Pair): Promise<string> {
  const [a, b] = [linesOf(await textOf(workspace, pair.before)), linesOf(await textOf(workspace, pair.after))]
  const known = new Set(a)
  let out = ''
  const blanksAtEnd = (lines: readonly string[]): number =>
    lines.length - 1 - lines.findLastIndex((line) => line.trim() !== '')
  const [before, after] = [blanksAtEnd(a), blanksAtEnd(b)]
  for (const [at, line] of b.entries()) {
    if (known.has(line)) continue
    const bare = line.replace(/\n$/, '')
    if (/^(<{7}|={7}|>{7})(\s|$)/.test(bare)) out += `${pair.path}:${at + 1}: leftover conflict marker\n`
    if (/[ \t]+$/.test(bare)) out += `${pair.path}:${at + 1}: trailing whitespace.\n+${bare}\n`
    if (/^ +\t/.test(bare)) out += `${pair.path}:${at + 1}: space before tab in indent.\n+${bare}\n`
  }
  if (after > before) out += `${pair.path}:${b.length - after + 1}: new blank line at EOF.\n`
  return out
}

/** Patches of a merge, of paths that differ from every parent. */
export async function combinedText(
  workspace: Workspace,
  o: DiffOptions,
  parents: readonly Tree[],
  result: Tree,
  wanted: (path: string) => boolean,
): Promise<string> {
  const paths = [...new Set([...parents.flatMap((tree) => [...tree.keys()]), ...result.keys()])].sort()
  let out = ''
  for (const path of paths.filter(wanted)) {
    const after = result.get(path)
    if (parents.some((tree) => tree.get(path)?.oid === after?.oid && tree.get(path)?.mode === after?.mode)) continue
    out += await combinedPatch(
      workspace,
      path,
      parents.map((tree) => tree.get(path)),
      after,
      patchOptions(workspace, o),
      false,
    )
  }
  return out
}
