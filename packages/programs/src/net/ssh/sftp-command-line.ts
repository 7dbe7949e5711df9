/** Words of sftp's command line and of its commands. */
import { USAGE } from './sftp-help.ts'

export interface Options {
  readonly ssh: readonly string[]
  readonly batch: string | undefined
  readonly quiet: boolean
  readonly keeps: boolean
  readonly recursive: boolean
  readonly host: string
  readonly path: string | undefined
  readonly local: string | undefined
}

export function parseSftp(argv: readonly string[]): Options | { readonly wrong: string } {
  const [ssh, operands]: [string[], string[]] = [[], []]
  const flags = new Set<string>()
  let batch: string | undefined
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('BbcDFiJloPRSsX'.includes(letter)) {
        const text = word.slice(i + 1) || (argv[++at] ?? '')
        if (letter === 'b') batch = text
        else if (!'BDlRSsX'.includes(letter)) ssh.push(letter === 'P' ? '-p' : `-${letter}`, text)
        break
      }
      if (!'46AaCfNpqrv'.includes(letter)) return { wrong: `unknown option -- ${letter}\n${USAGE}` }
      if ('46AaCqv'.includes(letter)) ssh.push(`-${letter}`)
      flags.add(letter)
    }
  }
  const [given, local] = operands
  if (given === undefined) return { wrong: USAGE }
  const [, uriHost, port, uriPath] = /^sftp:\/\/([^/:]+)(?::(\d+))?(?:\/(.*))?$/.exec(given) ?? []
  if (port !== undefined) ssh.push('-p', port)
  const [, host = given, path] =
    uriHost === undefined ? (/^([^:]+|.*\[.*\]):(.*)$/.exec(given) ?? []) : ['', uriHost, uriPath]
  return {
    ssh,
    batch,
    quiet: flags.has('q'),
    keeps: flags.has('p'),
    recursive: flags.has('r'),
    host,
    path: path || undefined,
    local,
  }
}

/** Words of a command line: quotes and backslashes as in a shell. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = []
  for (const match of line.matchAll(/\s*((?:[^\s"'\\]|\\.|"(?:\\.|[^"])*"|'[^']*')+)/g))
    words.push(
      (match[1] ?? '').replace(
        /\\(.)|"((?:\\.|[^"])*)"|'([^']*)'/g,
        (_, escaped?: string, double?: string, single?: string) =>
          escaped ?? double?.replace(/\\(.)/g, '$1') ?? single ?? '',
      ),
    )
  return /^(?:[^"'\\]|\\.|"(?:\\.|[^"])*"|'[^']*')*$/.test(line) ? words : undefined
}

export const base = (path: string): string => path.replace(/\/+$/, '').split('/').pop() ?? ''

export interface Flags {
  readonly letters: ReadonlySet<string>
  readonly operands: readonly string[]
}
export function flagsOf(words: readonly string[]): Flags {
  const letters = new Set<string>()
  const operands: string[] = []
  for (const word of words)
    if (operands.length === 0 && /^-[A-Za-z0-9]+$/.test(word)) for (const letter of word.slice(1)) letters.add(letter)
    else operands.push(word)
  return { letters, operands }
}
