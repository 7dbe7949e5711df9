import { isDirectory } from '@drydock/abi'
import { KEYWORDS } from '../syntax/keywords.ts'
import { singleQuote } from '../expand/quote.ts'
import { tilde } from '../expand/tilde.ts'
import type { Steps } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import type { Shell } from '../interp/shell.ts'
import { Parser } from '../syntax/parser.ts'
import { lineSettings } from './inputrc.ts'
import { programmed } from './programmable.ts'
import { charWidth } from './width.ts'

export interface Completion {
  /** Where the completed word starts in the text. */
  readonly start: number
  /** What stands there afterwards: as much as all candidates share. */
  readonly insert: string
  /** To be listed. */
  readonly candidates: readonly string[]
  /** What each of them would put in the place of the word. */
  readonly values: readonly string[]
}

interface Candidate {
  readonly value: string
  /** What comes after it when it is the only one. */
  readonly suffix: string
  readonly shown?: string
}

const NONE: Completion = { start: 0, insert: '', candidates: [], values: [] }

/** Completes the word at the end of the text. */
export function* completeLine(shell: Shell, text: string): Steps<Completion> {
  const start = wordStart(text, BREAKS)
  const typed = text.slice(start)
  const quote = /^['"]/.exec(typed)?.[0] ?? ''
  const word = unquote(typed)
  const words = commandWords(text.slice(0, start))
  const variable = /^(.*\$\{?)(\w*)$/s.exec(typed)
  if (variable && quote !== "'")
    return finish(start, variableCandidates(shell, variable[1] ?? '', variable[2] ?? ''), typed, '')
  if (words.length === 0 && !word.includes('/')) return finish(start, commandCandidates(shell, word), word, quote)
  if (words.length > 0 && shell.dialect.name === 'bash' && shell.shopt.get('progcomp')) {
    const from = quote ? start : wordStart(text, breaksOf(shell))
    const part = quote ? word : unquote(text.slice(from))
    const found = yield* programmed(shell, text, [...words, word], part)
    if (found) return finish(from, found, part, quote)
  }
  if (words[0] === 'docker' || words[0] === 'docker-compose') {
    const found = yield* askDocker(shell, words, word)
    if (found) return finish(start, found, word, quote)
  }
  const from = quote || words.length === 0 ? start : wordStart(text, breaksOf(shell))
  const path = quote || words.length === 0 ? word : unquote(text.slice(from))
  return finish(from, pathCandidates(shell, path, FOLDERS_ONLY.has(words[0] ?? ''), words.length === 0), path, quote)
}

/** What ends a word in any case. */
const BREAKS = ' \t\n;&|()<>=`'
/** …and what COMP_WORDBREAKS has besides. */
const breaksOf = (shell: Shell): string => (shell.variables.get('COMP_WORDBREAKS') ?? BREAKS).replace(/["'@]/g, '')

const FOLDERS_ONLY: ReadonlySet<string> = new Set(['cd', 'rmdir', 'pushd'])

/** Where the last word begins, quotes and backslashes respected. */
function wordStart(text: string, breaks: string): number {
  let start = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && quote !== "'") at++
    else if (quote) quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (
      breaks.includes(char) &&
      !(char === '=' && /\s\S*$/.test(text.slice(0, at)) && text.slice(0, at).match(/\S*$/)?.[0].startsWith('--'))
    )
      start = at + 1
  }
  return start
}

const unquote = (text: string): string => text.replace(/\\(.)|['"]/g, (_, char?: string) => char ?? '')

/** Words of the command that the text ends in; assignments before it left out. */
function commandWords(text: string): string[] {
  const last = text.split(/[;&|(`\n]|\$\(/).pop() ?? ''
  const words = last.match(/(?:[^\s'"\\]|\\.|'[^']*'|"[^"]*")+/g) ?? []
  const start = words.findIndex(
    (word) =>
      !/^\w+=/.test(word) && !['sudo', 'time', 'exec', 'command', '!', 'then', 'do', 'else', '{'].includes(word),
  )
  return start < 0 ? [] : words.slice(start).map(unquote)
}

function variableCandidates(shell: Shell, before: string, prefix: string): Candidate[] {
  const close = before.endsWith('{') ? '}' : ''
  return shell.variables.names(prefix).map((name) => ({ value: before + name, suffix: close || ' ', shown: name }))
}

function commandCandidates(shell: Shell, prefix: string): Candidate[] {
  const names = new Set([
    ...shell.aliases.keys(),
    ...shell.functions.keys(),
    ...shell.machinery.builtins.keys(),
    ...KEYWORDS,
  ])
  for (const folder of (shell.variables.get('PATH') ?? '').split(':'))
    for (const { name } of quietly(() => shell.sys.readdir(folder || '.')) ?? [])
      if (name.startsWith(prefix) && quietly(() => (shell.sys.access(`${folder}/${name}`, 1), true))) names.add(name)
  return [...names]
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((value) => ({ value, suffix: ' ' }))
}

function pathCandidates(shell: Shell, word: string, foldersOnly: boolean, executable: boolean): Candidate[] {
  const slash = word.lastIndexOf('/') + 1
  const folder = word.slice(0, slash)
  const prefix = word.slice(slash)
  const home = folder.startsWith('~') ? tilde(shell, folder, true, false) : undefined
  const real = home ? home.home + home.rest : folder
  const entries = quietly(() => shell.sys.readdir(real || '.')) ?? []
  const settings = lineSettings(shell)
  const fold = settings.on('completion-ignore-case')
  const begins = (name: string): boolean =>
    fold ? name.toLowerCase().startsWith(prefix.toLowerCase()) : name.startsWith(prefix)
  return entries
    .filter(({ name }) => begins(name) && (prefix.startsWith('.') || !name.startsWith('.')))
    .map(({ name }) => ({ name, isFolder: quietly(() => isDirectory(shell.sys.stat(`${real}${name}`).mode)) === true }))
    .filter(
      ({ name, isFolder }) =>
        isFolder || (!foldersOnly && (!executable || quietly(() => (shell.sys.access(`${real}${name}`, 1), true)))),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, isFolder }) => ({
      value: folder + name,
      suffix: isFolder ? (settings.on('mark-directories') ? '/' : '') : ' ',
      shown: isFolder ? `${name}/` : name,
    }))
}

const NO_SPACE = 2
const NO_FILES = 4
const ERROR = 1

/** Cobra's protocol: lines of `value<tab>description`, then `:directive`. */
function* askDocker(shell: Shell, words: readonly string[], word: string): Steps<readonly Candidate[] | undefined> {
  const [command = 'docker', ...args] = words
  const text = `${command} __complete ${[...args, word].map(singleQuote).join(' ')} 2>/dev/null`
  const list = new Parser(text, { ...shell.syntax, alias: () => undefined }).next()
  if (!list) return undefined
  const { status, substituted } = shell
  const output = yield* shell.machinery.substitute(shell, list)
  shell.status = status
  shell.substituted = substituted
  const lines = output.split('\n')
  const directive = Number(/^:(\d+)$/.exec(lines.findLast((line) => line.startsWith(':')) ?? '')?.[1] ?? ERROR)
  if (directive & ERROR) return undefined
  const values = lines
    .filter((line) => line !== '' && !/^:\d+$/.test(line) && !line.startsWith('_activeHelp_'))
    .map((line) => line.split('\t')[0] ?? '')
  const found = values.filter((value) => value.startsWith(word))
  if (found.length === 0 && !(directive & NO_FILES)) return undefined
  return found.map((value) => ({ value, suffix: directive & NO_SPACE ? '' : ' ' }))
}

/** Candidates for a word without quotes. */
export const offered = (start: number, candidates: readonly Candidate[], typed: string): Completion =>
  finish(start, candidates, typed, '')

function finish(start: number, candidates: readonly Candidate[], typed: string, quote: string): Completion {
  const [only] = candidates
  if (!only) return { ...NONE, start }
  if (candidates.length === 1) {
    const end = only.suffix === '/' || quote === '' ? only.suffix : quote + only.suffix
    const insert = quoted(only.value, quote) + end
    return { start, insert, candidates: [only.shown ?? only.value], values: [insert] }
  }
  const shared = candidates.map(({ value }) => value).reduce(commonPrefix)
  const insert = shared.length >= typed.length ? quoted(shared, quote) : quoted(typed, quote)
  return {
    start,
    insert,
    candidates: candidates.map(({ value, shown }) => shown ?? value),
    values: candidates.map(({ value }) => quoted(value, quote)),
  }
}

const quoted = (text: string, quote: string): string =>
  quote ? quote + text : text.replace(/[^\w@%+=:,./\-~${}[\]\u0080-\uffff]/g, '\\$&')

function commonPrefix(a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return a.slice(0, at)
}

/** Names in columns, down first, as readline lists them. */
export function listing(names: readonly string[], width: number, horizontal = false): string {
  const widths = names.map((name) => [...name].reduce((sum, char) => sum + charWidth(char), 0))
  const column = Math.max(...widths) + 2
  const across = Math.max(1, Math.floor(width / column))
  const rows = Math.ceil(names.length / across)
  let out = ''
  for (let row = 0; row < rows; row++) {
    const from = horizontal ? row * across : row
    const to = horizontal ? Math.min(names.length, from + across) : names.length
    const step = horizontal ? 1 : rows
    for (let at = from; at < to; at += step) {
      const last = at + step >= to
      out += (names[at] ?? '') + (last ? '' : ' '.repeat(column - (widths[at] ?? 0)))
    }
    out += '\n'
  }
  return out
}
