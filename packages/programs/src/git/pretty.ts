/** Commits in words: git-log(1), "PRETTY FORMATS". */
import { isDateStyle, showDate } from './dates.ts'
import { Fatal } from './fatal.ts'
import type { Commit, Person } from './objects.ts'
import type { LogEntry } from './refs.ts'
import type { Workspace } from './repository.ts'

export interface PrettyOptions {
  readonly format: string
  /** A line end after each, not between. */
  readonly terminated: boolean
  readonly date: string | undefined
  readonly abbrevCommit: boolean
  readonly abbrev: number
  readonly coloured: boolean
}
/** What is known of a commit besides itself. */
export interface Around {
  readonly names: readonly Decoration[]
  readonly reflog?: { readonly entry: LogEntry; readonly selector: string } | undefined
  readonly mark?: string
  readonly note?: string | undefined
  /** As they are shown, where history was simplified. */
  readonly parents?: readonly string[]
  readonly from?: string
}
export interface Decoration {
  readonly text: string
  readonly colour: string
  /** `HEAD -> ` before it. */
  readonly head?: boolean
}

const NAMED = new Set(['oneline', 'short', 'medium', 'full', 'fuller', 'raw', 'reference', 'email'])
export const isNamed = (format: string): boolean => NAMED.has(format)

/** `%h`, `format:%h`, `tformat:%h`, `oneline`. */
export function formatOf(text: string): { format: string; terminated: boolean } {
  if (NAMED.has(text)) return { format: text, terminated: text === 'oneline' || text === 'reference' }
  const [, kind, rest = text] = /^(t?format):(.*)$/s.exec(text) ?? []
  if (kind === undefined && !text.includes('%')) {
    if (text === '') return { format: '', terminated: true }
    throw new Fatal(`fatal: invalid --pretty format: ${text}`)
  }
  return { format: rest, terminated: kind !== 'format' }
}

export const subjectOf = (message: string): string =>
  message
    .replace(/^\s+/, '')
    .split(/\n\s*\n/)[0]
    ?.trimEnd()
    .replace(/\s*\n\s*/g, ' ') ?? ''
export function bodyOf(message: string): string {
  const [, body = ''] = /^\s*(?:[^\n]*\S[^\n]*\n?)+?(?:\s*\n)([^]*)$/.exec(message.trimEnd()) ?? []
  const rest = message
    .replace(/^\s+/, '')
    .split(/\n\s*\n/)
    .slice(1)
    .join('\n\n')
  return body === '' && rest === ''
    ? ''
    : `${message
        .replace(/^\s+/, '')
        .replace(/^(?:[^\n]*\S[^\n]*\n)*\n*/, '')
        .trimEnd()}\n`
}

const tabbed = (line: string): string => {
  let out = ''
  for (const char of line) out += char === '\t' ? ' '.repeat(8 - (out.length % 8)) : char
  return out
}
export const indented = (message: string): string =>
  message
    .trimEnd()
    .replace(/^\n+/, '')
    .split('\n')
    .map((line) => `    ${tabbed(line)}\n`)
    .join('')

export function decorationText(names: readonly Decoration[], coloured: boolean): string {
  if (names.length === 0) return ''
  const paint = (colour: string, text: string): string => (coloured ? `\x1b[${colour}m${text}\x1b[m` : text)
  let out = ''
  for (const [at, { text, colour }] of names.entries())
    out += (at === 0 ? '' : names[at - 1]?.head ? '' : paint('33', ', ')) + paint(colour, text)
  return ` ${paint('33', '(')}${out}${paint('33', ')')}`
}

export class Pretty {
  private readonly workspace: Workspace
  private readonly options: PrettyOptions

  constructor(workspace: Workspace, options: PrettyOptions) {
    if (options.date !== undefined && !isDateStyle(options.date))
      throw new Fatal(`fatal: unknown date format ${options.date}`)
    this.workspace = workspace
    this.options = options
  }

  private date(person: Person, style = this.options.date): string {
    return showDate(person, style, this.workspace.now, this.workspace.zone)
  }
  private yellow(text: string): string {
    return this.options.coloured ? `\x1b[33m${text}\x1b[m` : text
  }
  oid(commit: Commit): string {
    return this.options.abbrevCommit ? commit.oid.slice(0, this.options.abbrev) : commit.oid
  }
  get isOneline(): boolean {
    return this.options.format === 'oneline'
  }
  get isEmpty(): boolean {
    return this.options.format === ''
  }
  get isUser(): boolean {
    return !NAMED.has(this.options.format)
  }
  get isTerminated(): boolean {
    return this.options.terminated
  }

  /** `commit 1234 (HEAD -> main)`, before what text() says; undefined for formats that have none. */
  head(commit: Commit, around: Around): string | undefined {
    const { format, coloured } = this.options
    if (this.isUser || format === 'reference' || format === 'email') return undefined
    const mark = around.mark ? `${around.mark} ` : ''
    const parents = (around.parents ?? [])
      .map((each) => ` ${this.options.abbrevCommit ? each.slice(0, this.options.abbrev) : each}`)
      .join('')
    const from = around.from ? ` (from ${this.options.abbrevCommit ? around.from.slice(0, 7) : around.from})` : ''
    const id = this.yellow(`${this.isOneline ? '' : 'commit '}${mark}${this.oid(commit)}${parents}${from}`)
    return id + decorationText(around.names, coloured)
  }

  text(commit: Commit, around: Around): string {
    const { format } = this.options
    const { author, committer, message, parents } = commit
    const subject = subjectOf(message)
    if (format === 'oneline')
      return around.reflog ? `${around.reflog.selector}: ${around.reflog.entry.message}` : subject
    if (format === 'reference')
      return `${commit.oid.slice(0, 7)} (${subject}, ${this.date(author, this.options.date ?? 'short')})`
    if (format === 'email')
      return `From ${commit.oid} Mon Sep 17 00:00:00 2001\nFrom: ${person(author)}\nDate: ${this.date(author, 'rfc')}\nSubject: [PATCH] ${subject}\n\n${bodyOf(message)}`
    if (this.isUser) return this.formatted(commit, around)
    const merge =
      parents.length > 1 && format !== 'raw' ? `Merge: ${parents.map((each) => each.slice(0, 7)).join(' ')}\n` : ''
    const log = around.reflog
      ? `Reflog: ${around.reflog.selector} (${person(around.reflog.entry.who)})\nReflog message: ${around.reflog.entry.message}\n`
      : ''
    const rows: Readonly<Record<string, string>> = {
      short: `Author: ${person(author)}\n`,
      medium: `Author: ${person(author)}\nDate:   ${this.date(author)}\n`,
      full: `Author: ${person(author)}\nCommit: ${person(committer)}\n`,
      fuller: `Author:     ${person(author)}\nAuthorDate: ${this.date(author)}\nCommit:     ${person(committer)}\nCommitDate: ${this.date(committer)}\n`,
      raw: `tree ${commit.tree}\n${parents.map((each) => `parent ${each}\n`).join('')}author ${person(author)} ${author.seconds} ${author.zone}\ncommitter ${person(committer)} ${committer.seconds} ${committer.zone}\n`,
    }
    const shown = format === 'short' ? subject : message
    const body = shown.trim() === '' ? '' : indented(shown)
    const note = around.note === undefined ? '' : `\nNotes:\n${indented(around.note)}`
    return `${log}${merge}${rows[format] ?? ''}\n${body}${note}`
  }

  private formatted(commit: Commit, around: Around): string {
    return new Template(this.workspace, this.options, commit, around, (who, style) => this.date(who, style)).text()
  }
}

const person = ({ name, email }: Person): string => `${name} <${email}>`

const COLOUR_CODES: Readonly<Record<string, string>> = {
  reset: '',
  normal: '',
  bold: '1',
  dim: '2',
  italic: '3',
  ul: '4',
  underline: '4',
  blink: '5',
  reverse: '7',
  black: '30',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  white: '37',
  default: '39',
  brightred: '91',
  brightgreen: '92',
  brightyellow: '93',
  brightblue: '94',
  brightmagenta: '95',
  brightcyan: '96',
}
export const colourCode = (words: string): string =>
  `\x1b[${words
    .trim()
    .split(/[\s,]+/)
    .map((word) => COLOUR_CODES[word] ?? (/^\d+$/.test(word) ? `38;5;${word}` : ''))
    .filter(Boolean)
    .join(';')}m`

/** One commit poured into placeholders. */
class Template {
  private out = ''
  private column: { width: number; align: 'left' | 'right' | 'middle'; cut: string; from?: number } | undefined
  private wrap: { width: number; first: number; rest: number; at: number } | undefined
  private readonly workspace: Workspace
  private readonly options: PrettyOptions
  private readonly commit: Commit
  private readonly around: Around
  private readonly date: (who: Person, style?: string) => string

  constructor(
    workspace: Workspace,
    options: PrettyOptions,
    commit: Commit,
    around: Around,
    date: (who: Person, style?: string) => string,
  ) {
    this.workspace = workspace
    this.options = options
    this.commit = commit
    this.around = around
    this.date = date
  }

  text(): string {
    const { format } = this.options
    for (let at = 0; at < format.length; ) {
      if (format[at] !== '%') {
        const end = format.indexOf('%', at)
        this.out += format.slice(at, end < 0 ? undefined : end)
        at = end < 0 ? format.length : end
      } else at += this.placeholder(format.slice(at + 1)) + 1
    }
    this.endWrap()
    return this.out
  }

  /** @returns how many characters it took */
  private placeholder(rest: string): number {
    const [, column, sizes, cut] = /^(<|>|>>|><)\|?\(\s*(-?\d+)\s*(?:,\s*(\w+)\s*)?\)/.exec(rest) ?? []
    if (column !== undefined) {
      const length = rest.indexOf(')') + 1
      const until = rest.charAt(column.length) === '|'
      const align = column === '<' ? 'left' : column === '><' ? 'middle' : 'right'
      const line = this.out.length - this.out.lastIndexOf('\n') - 1
      this.column = { width: until ? Math.max(0, Number(sizes) - line) : Number(sizes), align, cut: cut ?? '' }
      return length
    }
    const wrap = /^w\((\d*)(?:,\s*(\d+))?(?:,\s*(\d+))?\)/.exec(rest)
    if (wrap) {
      this.endWrap()
      this.wrap = {
        width: Number(wrap[1] ?? 0),
        first: Number(wrap[2] ?? 0),
        rest: Number(wrap[3] ?? 0),
        at: this.out.length,
      }
      return wrap[0].length
    }
    const magic = /^[+ -]/.exec(rest)?.[0] ?? ''
    const [value, length] = this.value(rest.slice(magic.length))
    if (length === 0) {
      this.out += '%'
      return 0
    }
    if (magic === '-' && value === '') this.out = this.out.replace(/\n+$/, '')
    const before = value === '' ? '' : magic === '+' ? '\n' : magic === ' ' ? ' ' : ''
    const isColour = rest.startsWith('C')
    this.out += before + (this.column && !isColour ? this.fitted(value) : value)
    if (!isColour) this.column = undefined
    return magic.length + length
  }

  private fitted(value: string): string {
    const { width = 0, align = 'left', cut = '' } = this.column ?? {}
    const size = [...value].length
    if (size > width && cut === 'trunc') return `${[...value].slice(0, width - 2).join('')}..`
    if (size > width && cut === 'ltrunc') return `..${[...value].slice(size - width + 2).join('')}`
    if (size > width && cut === 'mtrunc')
      return `${[...value].slice(0, Math.floor(width / 2) - 1).join('')}..${[...value].slice(size - Math.ceil(width / 2) + 1).join('')}`
    const gap = Math.max(0, width - size)
    if (align === 'left') return value + ' '.repeat(gap)
    if (align === 'right') return ' '.repeat(gap) + value
    return ' '.repeat(Math.floor(gap / 2)) + value + ' '.repeat(gap - Math.floor(gap / 2))
  }

  private endWrap(): void {
    if (!this.wrap) return
    const { width, first, rest, at } = this.wrap
    const text = this.out.slice(at)
    const lines: string[] = []
    let line = ' '.repeat(first)
    let empty = true
    for (const word of text.split(/\s+/).filter(Boolean)) {
      if (!empty && width > 0 && line.length + 1 + word.length > width) {
        lines.push(line)
        line = ' '.repeat(rest)
        empty = true
      }
      line += (empty ? '' : ' ') + word
      empty = false
    }
    if (!empty) lines.push(line)
    this.out = this.out.slice(0, at) + lines.join('\n')
    this.wrap = undefined
  }

  private value(rest: string): readonly [string, number] {
    const colour = /^C(?:\((?:(auto|always),?)?([^)]*)\)|(red|green|blue|reset))/.exec(rest)
    if (colour) {
      const words = colour[2] || colour[3] || 'reset'
      return [this.options.coloured || colour[1] === 'always' ? colourCode(words) : '', colour[0].length]
    }
    const byte = /^x([0-9a-fA-F]{2})/.exec(rest)
    if (byte) return [String.fromCharCode(Number.parseInt(byte[1] ?? '0', 16)), 3]
    const long = /^\(([a-z]+)(?::([^)]*))?\)/.exec(rest)
    if (long) return [this.longValue(long[1] ?? '', long[2] ?? '') ?? `%${long[0]}`, long[0].length]
    const two = PAIRS.get(rest.slice(0, 2))
    if (two) return [two(this.commit, this.around, this.date), 2]
    if (/^[ac][a-zA-Z]/.test(rest)) {
      const found = this.personValue(
        rest.charAt(0) === 'a' ? this.commit.author : this.commit.committer,
        rest.charAt(1),
      )
      if (found !== undefined) return [found, 2]
    }
    const one = SINGLES.get(rest.charAt(0))
    return one ? [one(this.commit, this.around, this.options), 1] : ['', 0]
  }

  private longValue(name: string, options: string): string | undefined {
    if (name === 'trailers') return trailersText(this.commit.message, options)
    if (name === 'describe') return ''
    return undefined
  }

  private personValue(who: Person, letter: string): string | undefined {
    const rows: Readonly<Record<string, () => string>> = {
      n: () => who.name,
      N: () => who.name,
      e: () => who.email,
      E: () => who.email,
      l: () => who.email.split('@')[0] ?? '',
      L: () => who.email.split('@')[0] ?? '',
      d: () => this.date(who),
      D: () => this.date(who, 'rfc'),
      r: () => this.date(who, 'relative'),
      t: () => String(who.seconds),
      i: () => this.date(who, 'iso'),
      I: () => this.date(who, 'iso-strict'),
      s: () => this.date(who, 'short'),
      h: () => this.date(who, 'human'),
    }
    return rows[letter]?.()
  }
}

const PAIRS: ReadonlyMap<
  string,
  (commit: Commit, around: Around, date: (who: Person, style?: string) => string) => string
> = new Map<string, (commit: Commit, around: Around) => string>([
  ['gd', (_, { reflog }) => reflog?.selector ?? ''],
  ['gD', (_, { reflog }) => reflog?.selector ?? ''],
  ['gs', (_, { reflog }) => reflog?.entry.message ?? ''],
  ['gn', (_, { reflog }) => reflog?.entry.who.name ?? ''],
  ['ge', (_, { reflog }) => reflog?.entry.who.email ?? ''],
  ['G?', () => 'N'],
  ['GG', () => ''],
  ['GS', () => ''],
  ['GK', () => ''],
])

const SINGLES: ReadonlyMap<string, (commit: Commit, around: Around, options: PrettyOptions) => string> = new Map<
  string,
  (commit: Commit, around: Around, options: PrettyOptions) => string
>([
  ['H', ({ oid }) => oid],
  ['h', ({ oid }) => oid.slice(0, 7)],
  ['T', ({ tree }) => tree],
  ['t', ({ tree }) => tree.slice(0, 7)],
  ['P', ({ parents }) => parents.join(' ')],
  ['p', ({ parents }) => parents.map((each) => each.slice(0, 7)).join(' ')],
  ['d', (_, { names }, { coloured }) => decorationText(names, coloured)],
  ['D', (_, { names }, { coloured }) => decorationText(names, coloured).slice(2, -1)],
  ['S', () => ''],
  ['e', () => ''],
  ['s', ({ message }) => subjectOf(message)],
  [
    'f',
    ({ message }) =>
      subjectOf(message)
        .replace(/[^A-Za-z0-9._]+/g, '-')
        .replace(/\.{2,}/g, '.')
        .replace(/^-+|[-.]+$/g, ''),
  ],
  ['b', ({ message }) => bodyOf(message)],
  ['B', ({ message }) => `${message.trimEnd()}\n`],
  ['N', (_, { note }) => note ?? ''],
  ['n', () => '\n'],
  ['m', (_, { mark }) => mark ?? '>'],
  ['%', () => '%'],
])

export function trailersOf(message: string): string[] {
  const last = message.trimEnd().split(/\n\s*\n/)
  if (last.length < 2) return []
  const lines = (last.at(-1) ?? '').split('\n')
  return lines.every((line) => /^[A-Za-z0-9-]+:\s/.test(line) || line.startsWith('(cherry picked from commit'))
    ? lines
    : []
}

function trailersText(message: string, options: string): string {
  const key = /key=([^,]*)/.exec(options)?.[1]?.replace(/:$/, '').toLowerCase()
  const only = options.includes('valueonly')
  const separator = /separator=([^,]*)/.exec(options)?.[1]?.replaceAll('%x2C', ',').replaceAll('%n', '\n')
  const rows = trailersOf(message).filter((row) => key === undefined || row.toLowerCase().startsWith(`${key}:`))
  const shown = rows.map((row) => (only ? row.replace(/^[^:]*:\s*/, '') : row))
  return separator === undefined ? shown.map((row) => `${row}\n`).join('') : shown.join(separator)
}

/** Names of branches and tags at each commit, as --decorate shows them. */
export async function decorations(workspace: Workspace, full = false): Promise<Map<string, Decoration[]>> {
  const { refs, objects } = workspace
  const found = new Map<string, Decoration[]>()
  const put = (oid: string | undefined, row: Decoration): void => {
    if (oid) found.set(oid, [...(found.get(oid) ?? []), row])
  }
  const current = await refs.symbolic('HEAD')
  const short = (name: string): string => (full ? name : name.replace(/^refs\/(heads|tags|remotes)\//, ''))
  // Names that come later stand first.
  const all = (await refs.list()).reverse()
  const head = await refs.read('HEAD')
  if (current !== undefined && head !== undefined) put(head, { text: 'HEAD -> ', colour: '1;36', head: true })
  if (current !== undefined && head !== undefined) put(head, { text: short(current), colour: '1;32' })
  if (current === undefined) put(head, { text: 'HEAD', colour: '1;36' })
  const kinds: readonly [string, string, string][] = [
    ['refs/tags/', '1;33', 'tag: '],
    ['refs/remotes/', '1;31', ''],
    ['refs/heads/', '1;32', ''],
    ['refs/stash', '1;35', ''],
  ]
  for (const [prefix, colour, before] of kinds)
    for (const { name, oid } of all)
      if (name.startsWith(prefix) && name !== current)
        put(await objects.peel(oid), { text: `${before}${prefix === 'refs/stash' ? name : short(name)}`, colour })
  return found
}
