/** What mongosh was asked for on its command line. */
export interface CommandLine {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string | undefined
  /** `null` where it is to be asked for. */
  readonly password: string | null | undefined
  readonly authDatabase: string
  readonly evals: readonly string[]
  readonly files: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly json: 'canonical' | 'relaxed' | undefined
  /** Of the address. */
  readonly parameters: string
}

/** The command line makes no sense. */
export class UsageError extends Error {}

const SHORT: Readonly<Record<string, string>> = { u: 'username', p: 'password', f: 'file', h: 'help' }
const VALUED = new Set([
  'host',
  'port',
  'username',
  'authenticationDatabase',
  'authenticationMechanism',
  'eval',
  'file',
  'tlsCAFile',
  'tlsCertificateKeyFile',
  'apiVersion',
  'readPreference',
])
const FLAGS = new Set([
  'help',
  'version',
  'quiet',
  'nodb',
  'norc',
  'shell',
  'verbose',
  'json',
  'retryWrites',
  'skipStartupWarnings',
  'tls',
  'ipv6',
  'build-info',
])

interface Words {
  readonly values: Map<string, string[]>
  readonly flags: Set<string>
  readonly positionals: string[]
  password: string | null | undefined
}

/** @throws UsageError */
function readWords(words: readonly string[]): Words {
  const read: Words = { values: new Map(), flags: new Set(), positionals: [], password: undefined }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      read.positionals.push(word)
      continue
    }
    const [given = '', inline] = word.replace(/^--?/, '').split(/=(.*)/s)
    const [letter = ''] = given
    const stuck = !word.startsWith('--') && given.length > 1 && letter in SHORT ? given.slice(1) : inline
    const name = word.startsWith('--') ? given : (SHORT[letter] ?? given)
    if (name === 'password') {
      const next = words[at + 1]
      const follows = stuck === undefined && next !== undefined && !next.startsWith('-')
      read.password = stuck ?? (follows ? next : null)
      if (follows) at++
    } else if (VALUED.has(name)) {
      const value = stuck ?? words[++at]
      if (value === undefined) throw new UsageError(`Error parsing command line: ${word} needs a value`)
      read.values.set(name, [...(read.values.get(name) ?? []), value])
    } else if (FLAGS.has(name)) read.flags.add(inline === undefined ? name : `${name}=${inline}`)
    else throw new UsageError(`Error parsing command line: unrecognized option: ${word}`)
  }
  return read
}

interface Address {
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  readonly password?: string
  readonly parameters?: string
}

/** `mongodb://…`, `host:port/db`, or a database's name. @throws UsageError */
function parseAddress(text: string): Address {
  if (text.startsWith('mongodb+srv://'))
    throw new UsageError('MongoServerSelectionError: mongodb+srv:// needs the internet, which is not here')
  const found =
    /^(?:mongodb:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?)?([^/:,]*)(?::(\d+))?(?:,[^/]*)?(?:\/([^?]*)(?:\?(.*))?)?$/.exec(
      text,
    )
  if (!found) throw new UsageError(`MongoParseError: Invalid connection string: ${text}`)
  const [, user, password, host = '', port, database, parameters] = found
  const isAddress = text.startsWith('mongodb://') || text.includes('/') || /^[^/]*[.:]/.test(text)
  if (!isAddress) return { database: text }
  return {
    host,
    ...(port && { port: Number(port) }),
    ...(database && { database }),
    ...(user && { user: decodeURIComponent(user) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(parameters && { parameters }),
  }
}

const isFile = (word: string): boolean => /\.(?:m?js|mongodb)$/.test(word)

/** @throws UsageError */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const { values, flags, positionals, password } = readWords(words)
  const last = (name: string): string | undefined => values.get(name)?.at(-1)
  const [first] = positionals
  const hasAddress = first !== undefined && !isFile(first)
  const address = hasAddress ? parseAddress(first) : {}
  const [host, hostPort] = (last('host') ?? '').replace(/^[^/]*\//, '').split(':')
  const parameters = address.parameters ?? ''
  const database = address.database ?? 'test'
  const authSource = new URLSearchParams(parameters).get('authSource')
  const json = [...flags].find((flag) => flag.startsWith('json'))
  return {
    host: host || address.host || '127.0.0.1',
    port: Number(last('port') ?? hostPort ?? address.port ?? 27017),
    database,
    user: last('username') ?? address.user,
    password: password === undefined ? address.password : password,
    authDatabase:
      last('authenticationDatabase') ??
      authSource ??
      (address.user === undefined ? 'admin' : (address.database ?? 'admin')),
    evals: values.get('eval') ?? [],
    files: [...(values.get('file') ?? []), ...positionals.slice(hasAddress ? 1 : 0)],
    flags,
    json: json === undefined ? undefined : json === 'json=relaxed' ? 'relaxed' : 'canonical',
    parameters,
  }
}
