/** Errors of the system as node words them: `ENOENT: no such file or directory, open 'x'`. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EEXIST: 'file already exists',
  EISDIR: 'illegal operation on a directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EADDRINUSE: 'address already in use',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
  EBADF: 'bad file descriptor',
  EINVAL: 'invalid argument',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  EXDEV: 'cross-device link not permitted',
  ENOTFOUND: 'getaddrinfo ENOTFOUND',
}
/** Names of system calls where ours differ. */
const SYSCALLS: Readonly<Record<string, string>> = {
  readFile: 'open',
  writeFile: 'open',
  createFile: 'open',
  readdir: 'scandir',
  utimes: 'utime',
  copyFile: 'copyfile',
  truncate: 'open',
}
/** Calls that act on two paths. */
const PAIRS = new Set(['rename', 'link', 'symlink', 'copyFile'])

export interface SystemError extends Error {
  code: string
  errno: number
  syscall: string
  path?: string
}

export function systemError(
  failure: { code: string; errno: number; message: string },
  op: string,
  args: readonly unknown[],
): SystemError {
  // A folder opens and does not read.
  const reading = failure.code === 'EISDIR' && op === 'readFile'
  const syscall = reading ? 'read' : (SYSCALLS[op] ?? op)
  const path = typeof args[0] === 'string' && !reading ? args[0] : undefined
  const dest = PAIRS.has(op) && typeof args[1] === 'string' ? args[1] : undefined
  const words = WORDS[failure.code] ?? failure.message.toLowerCase()
  const error = new Error(
    `${failure.code}: ${words}, ${syscall}${path === undefined ? '' : ` '${path}'`}${dest === undefined ? '' : ` -> '${dest}'`}`,
  ) as SystemError
  return Object.assign(error, {
    errno: -failure.errno,
    code: failure.code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  })
}

/** An error of node's own with a code, which is in the head of its stack and not in its name: `TypeError [ERR_X]: …`. */
export function nodeError(Base: ErrorConstructor, code: string, message: string): Error {
  const error = new Base(message)
  headWith(error, `${error.name} [${code}]`)
  return Object.assign(error, { code })
}

/** Writes a name into the stack's head that the error itself does not have. */
export function headWith(error: Error, name: string): void {
  const { stack = '' } = error
  const head = Error.prototype.toString.call(error)
  const frames = stack.startsWith(head) ? stack.slice(head.length) : ''
  const value = `${name}${error.message === '' ? '' : `: ${error.message}`}${frames}`
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
}

/** Gives an error that comes from outside of any script the frames of node's own that tell of it. */
export function framed<T extends Error>(error: T, ...frames: readonly string[]): T {
  const value = [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`)].join('\n')
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
  return error
}

/** How a wrong argument is told: `type number (5)`, `an instance of Map`. lib/internal/errors.js */
export function received(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'object') {
    const { name } = (value.constructor as { name?: string } | undefined) ?? {}
    return name ? `an instance of ${name}` : '[Object: null prototype] {}'
  }
  const text = typeof value === 'string' ? `'${value.length > 28 ? `${value.slice(0, 25)}...` : value}'` : String(value)
  return `type ${typeof value} (${text}${typeof value === 'bigint' ? 'n' : ''})`
}

const separated = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, '_')
/** A number that is out of its range: large ones are told in groups of three digits. */
export function outOfRange(name: string, range: string, value: unknown): Error {
  const large =
    (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 2 ** 32) ||
    (typeof value === 'bigint' && (value > 2n ** 32n || value < -(2n ** 32n)))
  const text = typeof value === 'string' ? `'${value}'` : String(value)
  const shown = `${large ? separated(text) : text}${typeof value === 'bigint' ? 'n' : ''}`
  const words = `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', words)
}
export const invalidType = (name: string, wanted: string, value: unknown): Error =>
  nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${name}" argument must be ${wanted}. Received ${received(value)}`)

export function abortError(cause: unknown): Error {
  const error = new Error('The operation was aborted', { cause })
  Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true })
  return Object.assign(error, { code: 'ABORT_ERR' })
}

/** @param feature what is called and is not to be had here */
export const notHere = (feature: string): Error =>
  nodeError(
    TypeError,
    'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    `The feature ${feature} is unavailable on the current platform, which is being used to run Node.js`,
  )

/** The script's own frames just now. */
export const callerFrames = (): string[] =>
  (new Error('').stack ?? '').split('\n').flatMap((line) => (line.startsWith('    at ') ? [line.slice(7)] : []))
