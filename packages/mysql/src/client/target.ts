import type { Process } from '@drydock/abi'
import type { Target } from './session.ts'

/** What every client of MySQL takes. */
export interface Parsed {
  readonly target: Target
  /** -p without a password: it is to be asked for. */
  readonly asks: boolean
  /** What is left: long options with their values, short ones by their letter, and operands. */
  readonly options: ReadonlyMap<string, string>
  readonly operands: readonly string[]
}

const SHORT: Readonly<Record<string, string>> = {
  h: 'host',
  P: 'port',
  u: 'user',
  S: 'socket',
  D: 'database',
  e: 'execute',
}
const VALUED: ReadonlySet<string> = new Set([
  ...Object.values(SHORT),
  'protocol',
  'default-character-set',
  'connect-timeout',
  'prompt',
  'init-command',
  'connect_timeout',
  'ignore-table',
  'where',
  'result-file',
  'wait',
])

/** Their values stand one below the other. */
const REPEATED: ReadonlySet<string> = new Set(['ignore-table'])

/**
 * `-uroot`, `-u root`, `--user=root`; `-psecret` and never `-p secret`.
 * @param own letters of this program with a value, and the options that they stand for
 */
export function parse({ argv, env }: Process, own: Readonly<Record<string, string>> = {}): Parsed {
  const options = new Map<string, string>()
  const operands: string[] = []
  let [password, asks]: [string | undefined, boolean] = [env.get('MYSQL_PWD'), false]
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=')
      if (name === 'password') [password, asks] = [rest.join('='), rest.length === 0]
      else if (name === '') {
        operands.push(...argv.slice(at + 1))
        break
      } else {
        const value = rest.length > 0 ? rest.join('=') : VALUED.has(name) && name !== 'wait' ? (argv[++at] ?? '') : ''
        const before = REPEATED.has(name) ? options.get(name) : undefined
        options.set(name, before === undefined ? value : `${before}\n${value}`)
      }
      continue
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] ?? ''
      const rest = word.slice(i + 1)
      if (letter === 'p') {
        ;[password, asks] = rest === '' ? [password, true] : [rest, false]
        break
      }
      const name = own[letter] ?? SHORT[letter]
      if (name !== undefined) {
        options.set(name, rest === '' ? (argv[++at] ?? '') : rest)
        break
      }
      options.set(letter, '')
    }
  }
  const target: Target = {
    host: options.get('host') ?? env.get('MYSQL_HOST') ?? '',
    port: Number(options.get('port') ?? env.get('MYSQL_TCP_PORT') ?? 3306),
    socket: options.get('socket') ?? '/var/run/mysqld/mysqld.sock',
    user: options.get('user') ?? env.get('USER') ?? 'root',
    password: password ?? '',
    database: options.get('database') ?? '',
  }
  const byTcp = /^tcp$/i.test(options.get('protocol') ?? '') && (target.host === '' || target.host === 'localhost')
  return { target: byTcp ? { ...target, host: '127.0.0.1' } : target, asks, options, operands }
}

export const clientVersion = ({ env }: Process): string =>
  /\d+\.\d+\.\d+/.exec(env.get('MYSQL_VERSION') ?? env.get('MARIADB_VERSION') ?? '')?.[0] ?? '8.0.46'
