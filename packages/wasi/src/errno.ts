import type { Errno } from '@drydock/abi'

export const SUCCESS = 0
export const BADF = 8
export const INVAL = 28
export const NOSYS = 52
export const NOTCAPABLE = 76

/** The numbers that preview1 has for what the kernel says by name. WASI preview1, "errno". */
const NUMBERS: Readonly<Record<string, number>> = {
  E2BIG: 1,
  EACCES: 2,
  EADDRINUSE: 3,
  EAFNOSUPPORT: 5,
  EAGAIN: 6,
  EBADF: BADF,
  EBUSY: 10,
  ECHILD: 12,
  ECONNREFUSED: 14,
  ECONNRESET: 15,
  EEXIST: 20,
  EFBIG: 22,
  EINTR: 27,
  EINVAL: INVAL,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENODEV: 43,
  ENOENT: 44,
  ENOEXEC: 45,
  ENOMEM: 48,
  ENOSPC: 51,
  ENOSYS: NOSYS,
  ENOTCONN: 53,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSOCK: 57,
  ENOTTY: 59,
  ENXIO: 60,
  EPERM: 63,
  EPIPE: 64,
  EROFS: 69,
  ESPIPE: 70,
  ESRCH: 71,
  EXDEV: 75,
}

export const numberOf = ({ code }: Errno): number => NUMBERS[code] ?? 29
