import type { Style } from './format.ts'

export interface CliOptions {
  host: string
  port: number
  socket: string
  db: number
  user: string
  password: string
  protocol: 2 | 3
  style: Style | undefined
  repeat: number
  intervalMs: number
  /** -x: the last argument is standard input. */
  stdinLast: boolean
  /** -e: a failing command is a failing status. */
  exitOnError: boolean
  mode: 'command' | 'scan' | 'bigkeys' | 'stat' | 'latency' | 'pipe' | 'help' | 'version'
  pattern: string
  count: number
  delimiter: string
  quotedInput: boolean
  noWarning: boolean
  words: readonly string[]
}

/** The command line is wrong; `message` is all there is to say. */
export class CliUsageError extends Error {}

type Set = (options: CliOptions, value: string) => void
const number = (value: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new CliUsageError(`Invalid argument: ${value}`)
  return Number(value)
}

/** redis://user:password@host:port/db */
function fromUri(options: CliOptions, uri: string): void {
  const [, user = '', password = '', host = '', port = '', db = ''] =
    /^rediss?:\/\/(?:([^:@/]*)(?::([^@]*))?@)?([^:/]*)(?::(\d+))?(?:\/(\d*))?/.exec(uri) ?? []
  if (!/^rediss?:\/\//.test(uri)) throw new CliUsageError('Invalid URI scheme')
  if (password !== '') [options.user, options.password] = [user, password].map(decodeURIComponent) as [string, string]
  else if (user !== '') options.password = decodeURIComponent(user)
  if (host !== '') options.host = host
  if (port !== '') options.port = Number(port)
  if (db !== '') options.db = Number(db)
}

const VALUES: ReadonlyMap<string, Set> = new Map<string, Set>([
  ['-h', (options, value) => void (options.host = value)],
  ['-p', (options, value) => void (options.port = number(value))],
  ['-s', (options, value) => void (options.socket = value)],
  ['-n', (options, value) => void (options.db = number(value))],
  ['-a', (options, value) => void (options.password = value)],
  ['--pass', (options, value) => void (options.password = value)],
  ['--user', (options, value) => void (options.user = value)],
  ['-u', fromUri],
  ['-r', (options, value) => void (options.repeat = number(value))],
  ['-i', (options, value) => void (options.intervalMs = number(value) * 1000)],
  ['-t', () => undefined],
  ['-d', (options, value) => void (options.delimiter = value)],
  ['--pattern', (options, value) => void (options.pattern = value)],
  ['--count', (options, value) => void (options.count = number(value))],
])
const FLAGS: ReadonlyMap<string, (options: CliOptions) => void> = new Map([
  ['-x', (options: CliOptions) => void (options.stdinLast = true)],
  ['-e', (options) => void (options.exitOnError = true)],
  ['-2', (options) => void (options.protocol = 2)],
  ['-3', (options) => void (options.protocol = 3)],
  ['--raw', (options) => void (options.style = 'raw')],
  ['--no-raw', (options) => void (options.style = 'standard')],
  ['--csv', (options) => void (options.style = 'csv')],
  ['--json', (options) => void ([options.style, options.protocol] = ['json', 3])],
  ['--quoted-input', (options) => void (options.quotedInput = true)],
  ['--scan', (options) => void (options.mode = 'scan')],
  ['--bigkeys', (options) => void (options.mode = 'bigkeys')],
  ['--stat', (options) => void (options.mode = 'stat')],
  ['--latency', (options) => void (options.mode = 'latency')],
  ['--pipe', (options) => void (options.mode = 'pipe')],
  ['--no-auth-warning', (options) => void (options.noWarning = true)],
  ['--askpass', () => undefined],
  ['-c', () => undefined],
  ['--help', (options) => void (options.mode = 'help')],
  ['--version', (options) => void (options.mode = 'version')],
  ['-v', (options) => void (options.mode = 'version')],
])

/** @param env REDISCLI_AUTH is a password @throws CliUsageError */
export function readOptions(words: readonly string[], env: ReadonlyMap<string, string>): CliOptions {
  const options: CliOptions = {
    host: '127.0.0.1',
    port: 6379,
    socket: '',
    db: 0,
    user: '',
    password: env.get('REDISCLI_AUTH') ?? '',
    protocol: 2,
    style: undefined,
    repeat: 1,
    intervalMs: 0,
    stdinLast: false,
    exitOnError: false,
    mode: 'command',
    pattern: '',
    count: 0,
    delimiter: '\n',
    quotedInput: false,
    noWarning: env.has('REDISCLI_AUTH'),
    words: [],
  }
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    const set = VALUES.get(word)
    const flag = FLAGS.get(word)
    if (set && words[at + 1] !== undefined) set(options, words[++at] ?? '')
    else if (flag) flag(options)
    else if (word.startsWith('-') && word.length > 1)
      throw new CliUsageError(`Unrecognized option or bad number of args for: '${word}'`)
    else break
  }
  return { ...options, words: words.slice(at) }
}
