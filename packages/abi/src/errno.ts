/**
 * Errors of system calls: one frozen value for each errno, thrown and compared by identity (`e === ENOENT`). errno(3).
 * None has a stack, and none is made by Error's constructor: an errno says what happened, never where, and for the
 * first stack of a module V8 reads the whole module's source once more.
 */
export class Errno extends Error {
  declare readonly code: string
  declare readonly errno: number
}

const byCode = new Map<string, Errno>()
const define = (code: string, errno: number, message: string): Errno => {
  const value: Errno = Object.create(Errno.prototype)
  Object.freeze(Object.assign(value, { name: 'Errno', code, errno, message }))
  byCode.set(code, value)
  return value
}

/** The value for a name such as `ENOENT`, or undefined. */
export const errnoByCode = (code: string): Errno | undefined => byCode.get(code)
/** The value for a number such as 2, or undefined. */
export const errnoByNumber = (errno: number): Errno | undefined =>
  [...byCode.values()].find((value) => value.errno === errno)
export const isErrno = (error: unknown): error is Errno => error instanceof Errno

export const EPERM = define('EPERM', 1, 'Operation not permitted')
export const ENOENT = define('ENOENT', 2, 'No such file or directory')
export const ESRCH = define('ESRCH', 3, 'No such process')
export const EINTR = define('EINTR', 4, 'Interrupted system call')
export const EIO = define('EIO', 5, 'Input/output error')
export const ENXIO = define('ENXIO', 6, 'No such device or address')
export const E2BIG = define('E2BIG', 7, 'Argument list too long')
export const ENOEXEC = define('ENOEXEC', 8, 'Exec format error')
export const EBADF = define('EBADF', 9, 'Bad file descriptor')
export const ECHILD = define('ECHILD', 10, 'No child processes')
export const EAGAIN = define('EAGAIN', 11, 'Resource temporarily unavailable')
export const ENOMEM = define('ENOMEM', 12, 'Cannot allocate memory')
export const EACCES = define('EACCES', 13, 'Permission denied')
export const EFAULT = define('EFAULT', 14, 'Bad address')
export const ENOTBLK = define('ENOTBLK', 15, 'Block device required')
export const EBUSY = define('EBUSY', 16, 'Device or resource busy')
export const EEXIST = define('EEXIST', 17, 'File exists')
export const EXDEV = define('EXDEV', 18, 'Invalid cross-device link')
export const ENODEV = define('ENODEV', 19, 'No such device')
export const ENOTDIR = define('ENOTDIR', 20, 'Not a directory')
export const EISDIR = define('EISDIR', 21, 'Is a directory')
export const EINVAL = define('EINVAL', 22, 'Invalid argument')
export const ENFILE = define('ENFILE', 23, 'Too many open files in system')
export const EMFILE = define('EMFILE', 24, 'Too many open files')
export const ENOTTY = define('ENOTTY', 25, 'Inappropriate ioctl for device')
export const ETXTBSY = define('ETXTBSY', 26, 'Text file busy')
export const EFBIG = define('EFBIG', 27, 'File too large')
export const ENOSPC = define('ENOSPC', 28, 'No space left on device')
export const ESPIPE = define('ESPIPE', 29, 'Illegal seek')
export const EROFS = define('EROFS', 30, 'Read-only file system')
export const EMLINK = define('EMLINK', 31, 'Too many links')
export const EPIPE = define('EPIPE', 32, 'Broken pipe')
export const EDEADLK = define('EDEADLK', 35, 'Resource deadlock avoided')
export const ERANGE = define('ERANGE', 34, 'Numerical result out of range')
export const ENAMETOOLONG = define('ENAMETOOLONG', 36, 'File name too long')
export const ENOSYS = define('ENOSYS', 38, 'Function not implemented')
export const ENOTEMPTY = define('ENOTEMPTY', 39, 'Directory not empty')
export const ELOOP = define('ELOOP', 40, 'Too many levels of symbolic links')
export const ENODATA = define('ENODATA', 61, 'No data available')
export const EPROTOTYPE = define('EPROTOTYPE', 91, 'Protocol wrong type for socket')
export const ENOTSOCK = define('ENOTSOCK', 88, 'Socket operation on non-socket')
export const EDESTADDRREQ = define('EDESTADDRREQ', 89, 'Destination address required')
export const EMSGSIZE = define('EMSGSIZE', 90, 'Message too long')
export const ENOPROTOOPT = define('ENOPROTOOPT', 92, 'Protocol not available')
export const EPROTONOSUPPORT = define('EPROTONOSUPPORT', 93, 'Protocol not supported')
export const EOPNOTSUPP = define('EOPNOTSUPP', 95, 'Operation not supported')
export const EAFNOSUPPORT = define('EAFNOSUPPORT', 97, 'Address family not supported by protocol')
export const EADDRINUSE = define('EADDRINUSE', 98, 'Address already in use')
export const EADDRNOTAVAIL = define('EADDRNOTAVAIL', 99, 'Cannot assign requested address')
export const ENETUNREACH = define('ENETUNREACH', 101, 'Network is unreachable')
export const ECONNABORTED = define('ECONNABORTED', 103, 'Software caused connection abort')
export const ECONNRESET = define('ECONNRESET', 104, 'Connection reset by peer')
export const EISCONN = define('EISCONN', 106, 'Transport endpoint is already connected')
export const ENOTCONN = define('ENOTCONN', 107, 'Transport endpoint is not connected')
export const ETIMEDOUT = define('ETIMEDOUT', 110, 'Connection timed out')
export const ECONNREFUSED = define('ECONNREFUSED', 111, 'Connection refused')
export const EHOSTUNREACH = define('EHOSTUNREACH', 113, 'No route to host')
export const EALREADY = define('EALREADY', 114, 'Operation already in progress')
export const EINPROGRESS = define('EINPROGRESS', 115, 'Operation now in progress')
export const EDQUOT = define('EDQUOT', 122, 'Disk quota exceeded')
