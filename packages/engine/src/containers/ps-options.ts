import { systemProblem } from '../problem.ts'

/** ps(1) of procps, as far as `docker top` hands words to it: which letters there are, and which take a value. */
interface Letters {
  readonly plain: string
  readonly valued: string
  /** What ps says of a letter that it does not know. */
  readonly unknown: string
}
const SYSV: Letters = { plain: 'AacdeFfHjLlMmNPTVwyZ', valued: 'CGgknOopqsUut', unknown: 'unsupported SysV option' }
const BSD: Letters = {
  plain: 'acefghHjlLmnNrSsTuvVwxXZ',
  valued: 'kOopqtU',
  unknown: 'unsupported option (BSD syntax)',
}

/** What a letter that came without its value wanted. */
const WANTED: Readonly<Record<string, string>> = {
  o: 'format specification must follow -o',
  O: 'format or sort specification must follow -O',
  q: 'List of process IDs must follow -q.',
  p: 'list of process IDs must follow -p',
  C: 'list of command names must follow -C',
  g: 'list of session leaders OR effective group names must follow -g',
  G: 'list of real groups must follow -G',
  k: 'long sort specification must follow -k',
  s: 'list of session IDs must follow -s',
  t: 'list of terminals (pty, tty...) must follow -t',
  u: 'list of users must follow -u',
  U: 'list of real users must follow -U',
  n: 'alternate System.map file must follow -n',
}
const LONG = new Set(
  'cols columns cumulative deselect forest format group Group headers headings help info lines no-headers no-headings pid ppid quick-pid rows sid sort tty user User version width context'.split(
    ' ',
  ),
)

const failed = (words: string): never => {
  throw systemProblem(`ps: error: ${words}`)
}

/** What the words ask to see. */
export interface PsOptions {
  /** Names after `-o`, in order. */
  readonly columns: readonly string[]
  /** BSD's `u`. */
  readonly userFormat: boolean
}

/** @throws Problem in ps's words */
export function readPsOptions(args: string): PsOptions {
  refuseRenaming(args)
  const words = args.split(/\s+/).filter(Boolean)
  const columns: string[] = []
  let userFormat = false
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (word.startsWith('--')) {
      readLong(word, words, columns)
      continue
    }
    if (/^\d/.test(word)) continue
    const isSysV = word.startsWith('-')
    if (readLetters(isSysV ? word.slice(1) : word, words, columns, isSysV)) userFormat = true
  }
  return { columns, userFormat }
}

/** Titles of one's own choice could hide which column has the process. moby validatePSArgs */
function refuseRenaming(args: string): void {
  const found = /\s+([^\s]*)=\s*(PID[^\s]*)/.exec(args)
  if (found && found[1] !== 'pid') throw systemProblem(`specifying "${found[1]}=${found[2]}" is not allowed`)
}

/** @returns whether BSD's `u` was among them */
function readLetters(letters: string, words: string[], columns: string[], isSysV: boolean): boolean {
  const { plain, valued, unknown } = isSysV ? SYSV : BSD
  let userFormat = false
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at)
    if (valued.includes(letter) && !(letter === 'u' && !isSysV)) {
      const value = letters.slice(at + 1) || words.shift()
      if (value === undefined) return failed(WANTED[letter] ?? unknown)
      if (letter === 'o' || letter === 'O') columns.push(...value.split(','))
      return userFormat
    }
    if (!plain.includes(letter)) failed(unknown)
    if (letter === 'u') userFormat = true
  }
  return userFormat
}

function readLong(word: string, words: string[], columns: string[]): void {
  const [name = '', value] = word.slice(2).split(/=(.*)/s)
  if (!LONG.has(name)) failed('unknown gnu long option')
  if (name === 'format') columns.push(...(value ?? words.shift() ?? '').split(','))
}
