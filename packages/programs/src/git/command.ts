import { readTextFile, searchPath, writeAll, writeFile } from '@drydock/libc'
import { isTerminal, windowSize } from '../text/terminal.ts'
import type { Colours } from './changes.ts'
import { Fatal, type Workspace } from './repository.ts'

/** The words behind a command of git: options by their names, and the rest. */
export class Words {
  readonly options = new Map<string, string[]>()
  readonly operands: string[] = []
  /** What stands behind `--`. */
  readonly paths: string[] = []
  hasDashes = false

  /** @param values  options that take an argument; `n` for -n, `max-count` for --max-count @throws Fatal */
  constructor(command: string, argv: readonly string[], values: readonly string[], flags: readonly string[]) {
    for (let at = 0; at < argv.length; at++) {
      const word = argv[at] ?? ''
      if (word === '--') {
        this.hasDashes = true
        this.paths.push(...argv.slice(at + 1))
        break
      }
      if (!word.startsWith('-') || word === '-') this.operands.push(word)
      else if (word.startsWith('--')) at += this.long(command, word.slice(2), argv[at + 1], values, flags)
      else at += this.short(command, word.slice(1), argv[at + 1], values, flags)
    }
  }

  private add(name: string, value: string): void {
    this.options.set(name, [...(this.options.get(name) ?? []), value])
  }

  private long(
    command: string,
    text: string,
    next: string | undefined,
    values: readonly string[],
    flags: readonly string[],
  ): number {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
    if (values.includes(name)) {
      if (value === undefined && next === undefined) throw new Fatal(`error: option \`${name}' requires a value`, 129)
      this.add(name, value ?? next ?? '')
      return value === undefined ? 1 : 0
    }
    if (!flags.includes(name))
      throw new Fatal(`error: unknown option \`${name}'\nusage: git ${command} [<options>]`, 129)
    this.add(name, value ?? '')
    return 0
  }

  private short(
    command: string,
    letters: string,
    next: string | undefined,
    values: readonly string[],
    flags: readonly string[],
  ): number {
    if (/^\d+$/.test(letters)) {
      this.add('n', letters)
      return 0
    }
    for (let i = 0; i < letters.length; i++) {
      const letter = letters.charAt(i)
      if (values.includes(letter)) {
        const rest = letters.slice(i + 1)
        if (rest === '' && next === undefined) throw new Fatal(`error: switch \`${letter}' requires a value`, 129)
        this.add(letter, rest || (next ?? ''))
        return rest === '' ? 1 : 0
      }
      if (!flags.includes(letter))
        throw new Fatal(`error: unknown switch \`${letter}'\nusage: git ${command} [<options>]`, 129)
      this.add(letter, '')
    }
    return 0
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.options.has(name))
  }
  get(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.options.get(name)?.at(-1)
      if (value !== undefined) return value
    }
    return undefined
  }
}

export type GitCommand = (workspace: Workspace, argv: readonly string[]) => Promise<number>

export const plain: Colours = { meta: '', frag: '', old: '', new: '', reset: '' }
const ansi: Colours = { meta: '\x1b[1m', frag: '\x1b[36m', old: '\x1b[31m', new: '\x1b[32m', reset: '\x1b[m' }

export const coloursFor = ({ sys }: Workspace): Colours => (isTerminal(sys, 1) ? ansi : plain)
export const paint = (workspace: Workspace, colour: string, text: string): string =>
  isTerminal(workspace.sys, 1) ? `\x1b[${colour}m${text}\x1b[m` : text
export const widthOf = ({ sys }: Workspace): number => windowSize(sys).cols

/** `Sat Nov 28 06:34:19 2026 +0000`. */
export function gitDate(seconds: number, offsetMinutes: number): string {
  const [day, month, date, year, clock] = parts(seconds, offsetMinutes)
  return `${day} ${month} ${Number(date)} ${clock} ${year} ${zone(offsetMinutes)}`
}
export function isoDate(seconds: number, offsetMinutes: number): string {
  const at = new Date((seconds - offsetMinutes * 60) * 1000).toISOString()
  return `${at.slice(0, 10)} ${at.slice(11, 19)} ${zone(offsetMinutes)}`
}
function parts(seconds: number, offsetMinutes: number): string[] {
  const [, day = '', date = '', month = '', year = '', clock = ''] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date((seconds - offsetMinutes * 60) * 1000).toUTCString()) ?? []
  return [day, month, date, year, clock]
}
function zone(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes)
  return `${offsetMinutes > 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`
}
/** `3 days ago`. date.c of git. */
export function ago(now: number, then: number): string {
  const units: readonly [number, string, number][] = [
    [90, 'second', 1],
    [90 * 60, 'minute', 60],
    [36 * 3600, 'hour', 3600],
    [14 * 86_400, 'day', 86_400],
    [70 * 86_400, 'week', 604_800],
    [365 * 86_400, 'month', 2_592_000],
    [Number.POSITIVE_INFINITY, 'year', 31_536_000],
  ]
  const seconds = Math.max(0, now - then)
  const [, word, size] = units.find(([limit]) => seconds < limit) ?? [0, 'year', 31_536_000]
  const count = Math.round(seconds / size)
  return `${count} ${word}${count === 1 ? '' : 's'} ago`
}

/** Opens git's editor on a file that holds `text`. @returns what is there afterwards, without comments */
export async function editText(workspace: Workspace, text: string): Promise<string> {
  const { sys, process } = workspace
  const path = `${workspace.dir}/.git/COMMIT_EDITMSG`
  await writeFile(sys, path, text)
  const editor =
    process.env.get('GIT_EDITOR') ??
    (await workspace.config('core.editor')) ??
    process.env.get('VISUAL') ??
    process.env.get('EDITOR') ??
    'vi'
  const shell = searchPath(sys, 'sh', process.env.get('PATH'))
  await workspace.io.out.flush()
  const pid = await sys.spawn(shell, { argv: ['sh', '-c', `${editor} "$1"`, editor, path], env: process.env })
  await sys.wait(pid)
  return (await readTextFile(sys, path))
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim()
}

/** Long output goes through a pager where somebody looks. */
export async function page(workspace: Workspace, text: string): Promise<void> {
  const { sys, process } = workspace
  const lines = text.split('\n').length
  if (!isTerminal(sys, 1) || lines < windowSize(sys).rows) return void (await workspace.io.print(text))
  const [read, write] = sys.pipe()
  sys.setFdFlags(write, { cloexec: true })
  const fds = new Map([
    [0, read],
    [1, 1],
    [2, 2],
  ])
  const env = new Map([...process.env, ['LESS', process.env.get('LESS') ?? 'FRX']])
  const pid = await sys.spawn(searchPath(sys, 'less', process.env.get('PATH')), { argv: ['less'], env, fds })
  sys.close(read)
  try {
    await writeAll(sys, write, new TextEncoder().encode(text))
  } catch (error) {
    if (!(error instanceof Object && 'errno' in error)) throw error
  }
  sys.close(write)
  await sys.wait(pid)
}
