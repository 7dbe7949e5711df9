import { isErrno, O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import type { Shell } from '../interp/shell.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'

const MOST_BYTES = 1 << 24
const DEFAULT_LINES = 500

/** The file of the history; undefined when it has none. */
export const historyFile = (shell: Shell): string | undefined => shell.variables.get('HISTFILE') || undefined

/** Lines of a history file, without those that only tell the time. @throws ENOENT and what open throws */
export function readHistoryFile({ sys }: Shell, path: string): string[] {
  const fd = sys.open(path, O_RDONLY)
  try {
    const lines = decodeBytes(sys.pread(fd, MOST_BYTES, 0)).split('\n')
    if (lines.at(-1) === '') lines.pop()
    return lines.filter((line) => !/^#\d+$/.test(line))
  } finally {
    sys.close(fd)
  }
}

function store({ sys }: Shell, path: string, lines: readonly string[], append: boolean): boolean {
  try {
    const fd = sys.open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o600)
    const text = encodeText(lines.map((line) => `${line}\n`).join(''))
    sys.pwrite(fd, text, append ? sys.fstat(fd).size : 0)
    sys.close(fd)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** `history -a`: adds what is new in this session. @returns whether it could */
export function appendHistory(shell: Shell, path: string): boolean {
  const { history, historyCounts } = shell
  const lines = history.slice(Math.max(0, history.length - historyCounts.unsaved))
  if (!store(shell, path, lines, true)) return false
  historyCounts.inFile += lines.length
  historyCounts.unsaved = 0
  return true
}

/** `history -w` */
export function writeHistory(shell: Shell, path: string): boolean {
  const { history, historyCounts } = shell
  if (!store(shell, path, history, false)) return false
  historyCounts.inFile = history.length
  historyCounts.unsaved = 0
  return true
}

/** `history -r`: behind what is there. @throws ENOENT and what open throws */
export function loadHistoryFile(shell: Shell, path: string, onlyNew = false): void {
  const { historyCounts } = shell
  const lines = readHistoryFile(shell, path)
  const added = onlyNew ? lines.slice(historyCounts.inFile) : lines
  shell.history.push(...added)
  historyCounts.inFile = lines.length
  stifle(shell)
}

/** At the end of an interactive shell. bash(1), "HISTORY". */
export function saveHistory(shell: Shell): void {
  const path = historyFile(shell)
  const { history, historyCounts } = shell
  if (path === undefined || historyCounts.unsaved === 0) return
  if (historyCounts.unsaved <= history.length || shell.shopt.get('histappend')) appendHistory(shell, path)
  else writeHistory(shell, path)
  truncateFile(shell)
}

/** Adds a line; the oldest go when there are more than HISTSIZE. */
export function addHistory(shell: Shell, line: string): void {
  shell.history.push(line)
  shell.historyCounts.unsaved++
  stifle(shell)
}

/** HISTSIZE: how many lines are kept. Empty and negative ones limit nothing. */
export function stifle(shell: Shell): void {
  const most = limitOf(shell, 'HISTSIZE')
  const extra = shell.history.length - most
  if (extra <= 0) return
  shell.history.splice(0, extra)
  shell.historyCounts.dropped += extra
}

/** HISTFILESIZE: how many lines the file keeps. */
export function truncateFile(shell: Shell): void {
  const path = historyFile(shell)
  if (path === undefined) return
  try {
    const lines = readHistoryFile(shell, path)
    const most = limitOf(shell, 'HISTFILESIZE')
    if (lines.length > most) store(shell, path, lines.slice(lines.length - most), false)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function limitOf(shell: Shell, name: 'HISTSIZE' | 'HISTFILESIZE'): number {
  const text = shell.variables.get(name)
  if (text === undefined || !/^\s*[-+]?\d+\s*$/.test(text) || Number(text) < 0) return Number.POSITIVE_INFINITY
  return Number(text)
}

/** What an interactive bash sets when nobody did. */
export function historyDefaults(shell: Shell): void {
  const { variables, dialect } = shell
  const home = variables.get('HOME')
  if (!variables.raw('HISTFILE') && home !== undefined)
    variables.define('HISTFILE', { value: `${home}/.${dialect.name}_history` })
  for (const name of ['HISTSIZE', 'HISTFILESIZE'])
    if (!variables.raw(name)) variables.define(name, { value: variables.get('HISTSIZE') ?? String(DEFAULT_LINES) })
}
