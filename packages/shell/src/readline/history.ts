import { isErrno } from '@drydock/abi'
import type { Shell } from '../interp/shell.ts'
import { addHistory, appendHistory, historyDefaults, historyFile, loadHistoryFile } from './history-file.ts'

/** What an interactive shell remembers of the ones before it. */
export function beginHistory(shell: Shell): void {
  if (shell.dialect.name === 'dash') return
  historyDefaults(shell)
  const path = historyFile(shell)
  if (path === undefined) return
  try {
    loadHistoryFile(shell, path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Keeps a command, unless HISTCONTROL or HISTIGNORE say otherwise. bash(1), "HISTORY". */
export function remember(shell: Shell, text: string): void {
  if (!shell.options.has('history') || text.trim() === '') return
  const control = (shell.variables.get('HISTCONTROL') ?? '').split(':')
  const both = control.includes('ignoreboth')
  const last = shell.history.at(-1)
  if (/^\s/.test(text) && (both || control.includes('ignorespace'))) return
  if (text === last && (both || control.includes('ignoredups'))) return
  if (ignored(shell, text, last)) return
  if (control.includes('erasedups')) {
    const kept = shell.history.filter((line) => line !== text)
    shell.history.splice(0, shell.history.length, ...kept)
  }
  addHistory(shell, shell.shopt.get('lithist') ? text : oneLine(text))
}

/** HISTIGNORE: patterns of whole lines; `&` is the line before. */
function ignored(shell: Shell, text: string, last: string | undefined): boolean {
  const patterns = (shell.variables.get('HISTIGNORE') ?? '').split(/(?<!\\):/).filter(Boolean)
  return patterns.some((pattern) =>
    pattern === '&' ? text === last : shell.patterns.matches(pattern, text, { extglob: true }),
  )
}

/** Keeps it in the file at once: a power cut takes no history with it. */
export function rememberDurably(shell: Shell, text: string): void {
  remember(shell, text)
  const path = historyFile(shell)
  if (path !== undefined && shell.historyCounts.unsaved > 0) appendHistory(shell, path)
}

/** shopt cmdhist: the lines of one command as one line, unless a here-document or a quote runs over their ends. */
export function oneLine(text: string): string {
  if (!text.includes('\n') || /<<|'[^']*\n[^']*'|"[^"]*\n[^"]*"/.test(text)) return text
  return text
    .split('\n')
    .map((line) => line.trimEnd().replace(/\\$/, '').trim())
    .filter(Boolean)
    .reduce((all, line) => `${all}${/(?:\b(?:then|do|else|in)|[;{(&|])$/.test(all) ? ' ' : '; '}${line}`)
}
