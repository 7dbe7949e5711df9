/** Flags and modes of files. open(2), inode(7). */
export const O_RDONLY = 0o0
export const O_WRONLY = 0o1
export const O_RDWR = 0o2
export const O_ACCMODE = 0o3
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_NOCTTY = 0o400
export const O_TRUNC = 0o1000
export const O_APPEND = 0o2000
export const O_NONBLOCK = 0o4000
export const O_DIRECTORY = 0o200000
export const O_NOFOLLOW = 0o400000
export const O_CLOEXEC = 0o2000000
export const O_PATH = 0o10000000

export const S_IFMT = 0o170000
export const S_IFSOCK = 0o140000
export const S_IFLNK = 0o120000
export const S_IFREG = 0o100000
export const S_IFBLK = 0o060000
export const S_IFDIR = 0o040000
export const S_IFCHR = 0o020000
export const S_IFIFO = 0o010000
export const S_ISUID = 0o4000
export const S_ISGID = 0o2000
export const S_ISVTX = 0o1000

export const isDirectory = (mode: number): boolean => (mode & S_IFMT) === S_IFDIR
export const isRegular = (mode: number): boolean => (mode & S_IFMT) === S_IFREG
export const isSymlink = (mode: number): boolean => (mode & S_IFMT) === S_IFLNK
export const isFifo = (mode: number): boolean => (mode & S_IFMT) === S_IFIFO
export const isSocket = (mode: number): boolean => (mode & S_IFMT) === S_IFSOCK
export const isCharDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR
export const isBlockDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFBLK

export const R_OK = 4
export const W_OK = 2
export const X_OK = 1
export const F_OK = 0

/** stat(2). Times are milliseconds since the epoch; `blocks` are of 512 bytes. */
export interface Stat {
  readonly dev: number
  readonly ino: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly size: number
  readonly blksize: number
  readonly blocks: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

/** One entry of a directory; `mode` holds the type bits (S_IFMT) only. Never `.` or `..`. */
export interface DirectoryEntry {
  readonly name: string
  readonly ino: number
  readonly mode: number
}

/** statfs(2): sizes in bytes. */
export interface StatFs {
  readonly type: string
  readonly totalBytes: number
  readonly freeBytes: number
  /** Of those, what others than root may take; default all. */
  readonly availableBytes?: number
  /** Default 4096. */
  readonly blockBytes?: number
  readonly files: number
  readonly freeFiles: number
}

/**
 * The content of a regular file that is made up when read: `prefix`, then bytes drawn from `seed` up to `size`.
 * Images carry their big binaries so: their sizes are true, their bytes cost nothing until somebody reads them.
 */
export interface LazyContent {
  readonly prefix: Uint8Array
  readonly size: number
  readonly seed: number
}

/** flock(2): a lock on the whole file, LOCK_NB besides for one that does not wait. */
export const LOCK_SH = 1
export const LOCK_EX = 2
export const LOCK_NB = 4
export const LOCK_UN = 8

export const SEEK_SET = 0
export const SEEK_CUR = 1
export const SEEK_END = 2
/** The next place with data at or after the offset, or without. lseek(2) @throws ENXIO beyond the end */
export const SEEK_DATA = 3
export const SEEK_HOLE = 4

/** renameat2(2). */
export const RENAME_NOREPLACE = 1
export const RENAME_EXCHANGE = 2

/** fallocate(2); none of them makes room and a file longer. */
export const FALLOC_FL_KEEP_SIZE = 1
export const FALLOC_FL_PUNCH_HOLE = 2
export const FALLOC_FL_ZERO_RANGE = 16

/** setxattr(2). */
export const XATTR_CREATE = 1
export const XATTR_REPLACE = 2

/** A lock on part of a file, held by a process. fcntl(2), "Advisory record locking" */
export interface RecordLock {
  readonly type: 'read' | 'write'
  readonly start: number
  /** 0: to the end, however far that goes. */
  readonly length: number
}
