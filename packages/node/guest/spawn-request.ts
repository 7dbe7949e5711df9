/** What child_process takes beside a command. */
export interface SpawnOptions {
  readonly cwd?: string | URL
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly argv0?: string
  readonly stdio?: string | readonly unknown[]
  readonly shell?: boolean | string
  readonly encoding?: string
  readonly input?: unknown
  readonly execArgv?: readonly string[]
  readonly execPath?: string
  readonly silent?: boolean
  readonly timeout?: number
  readonly killSignal?: string | number
  readonly maxBuffer?: number
  readonly signal?: AbortSignalLike
  readonly serialization?: 'json' | 'advanced'
  readonly detached?: boolean
}
interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(name: string, call: () => void, options?: object): void
}

/** A channel for messages is a pair of sockets. */
const CHANNEL = 'socket'
const CHANNEL_FD = 3

export const hasChannel = ({ stdio }: SpawnOptions): boolean => Array.isArray(stdio) && stdio.includes('ipc')

/** What a child has in place of one of the three standard streams; a number is a descriptor of the script's own. */
function kindOf(given: unknown, fd: number): string | number {
  if (given === undefined || given === null) return 'pipe'
  if (typeof given === 'number') return given === fd ? 'inherit' : given
  if (typeof given === 'string') return given === 'overlapped' ? 'pipe' : given
  const stream = given as { readonly fd?: number }
  return stream.fd === undefined || stream.fd === fd ? 'inherit' : stream.fd
}

function kinds(options: SpawnOptions): (string | number)[] {
  const { stdio } = options
  const rows = Array.isArray(stdio) ? (stdio as readonly unknown[]).filter((each) => each !== 'ipc') : []
  const most = Math.max(3, rows.length)
  const usual = Array.from({ length: most }, (_, fd) => {
    if (typeof stdio === 'string') return kindOf(stdio, fd)
    const kind = kindOf(rows[fd], fd)
    return fd > 2 && kind === 'pipe' ? 'pipe-out' : kind
  })
  return hasChannel(options) ? [...usual.slice(0, 3), CHANNEL] : usual
}

const environment = (): Readonly<Record<string, string>> =>
  (globalThis as unknown as { process: { env: Record<string, string> } }).process.env

export interface SpawnRequest {
  readonly file: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly stdio: readonly (string | number)[]
  readonly cwd?: string
}

/** @returns what the machine is to start */
export function requestOf(file: string, args: readonly string[], options: SpawnOptions): SpawnRequest {
  const shell = typeof options.shell === 'string' ? options.shell : '/bin/sh'
  const [command, argv] = options.shell
    ? [shell, [shell, '-c', [file, ...args].join(' ')]]
    : [file, [options.argv0 ?? file, ...args]]
  const given = Object.entries(options.env ?? environment()).filter(([, value]) => value !== undefined)
  const env = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
  const cwd = options.cwd instanceof URL ? decodeURIComponent(options.cwd.pathname) : options.cwd
  return {
    file: command,
    argv,
    env: hasChannel(options) ? { ...env, NODE_CHANNEL_FD: String(CHANNEL_FD) } : env,
    stdio: kinds(options),
    ...(cwd === undefined ? {} : { cwd }),
  }
}
