import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, type Stat } from '@drydock/abi'

const KINDS = new Map([
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symbolic link'],
  [S_IFCHR, 'character special file'],
  [S_IFBLK, 'block special file'],
  [S_IFIFO, 'fifo'],
  [S_IFSOCK, 'socket'],
])

/** What a file is, in the words of rm's questions and of stat %F. */
export const describeFile = ({ mode, size }: Stat): string =>
  (mode & S_IFMT) === S_IFREG
    ? size === 0
      ? 'regular empty file'
      : 'regular file'
    : (KINDS.get(mode & S_IFMT) ?? 'weird file')
