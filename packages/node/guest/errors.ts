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
const SYSCALLS: Readonly<Record<string, string>> = { readFile: 'open', writeFile: 'open', readdir: 'scandir' }

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
  const syscall = SYSCALLS[op] ?? op
  const path = typeof args[0] === 'string' ? args[0] : undefined
  const words = WORDS[failure.code] ?? failure.message.toLowerCase()
  const error = new Error(
    `${failure.code}: ${words}, ${syscall}${path === undefined ? '' : ` '${path}'`}`,
  ) as SystemError
  return Object.assign(error, {
    errno: -failure.errno,
    code: failure.code,
    syscall,
    ...(path === undefined ? {} : { path }),
  })
}

/** An error of node's own with a code: `TypeError [ERR_X]: …`. */
export function nodeError(Base: ErrorConstructor, code: string, message: string): Error {
  const error = new Base(message)
  Object.defineProperty(error, 'name', { value: `${error.name} [${code}]`, configurable: true, writable: true })
  return Object.assign(error, { code })
}
