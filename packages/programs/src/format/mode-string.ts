import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '@drydock/abi'

const TYPE_LETTERS = new Map([
  [S_IFREG, '-'],
  [S_IFDIR, 'd'],
  [S_IFLNK, 'l'],
  [S_IFCHR, 'c'],
  [S_IFBLK, 'b'],
  [S_IFIFO, 'p'],
  [S_IFSOCK, 's'],
])

export const typeLetter = (mode: number): string => TYPE_LETTERS.get(mode & S_IFMT) ?? '?'

const special = (bits: string, on: boolean, at: number, letter: string): string => {
  if (!on) return bits
  return bits.slice(0, at) + (bits[at] === 'x' ? letter : letter.toUpperCase()) + bits.slice(at + 1)
}

/** `drwxr-xr-x`, as ls -l shows a mode. */
export function modeString(mode: number): string {
  let bits = ''
  for (let shift = 8; shift >= 0; shift--) bits += mode & (1 << shift) ? 'rwxrwxrwx'.charAt(8 - shift) : '-'
  bits = special(bits, (mode & 0o4000) !== 0, 2, 's')
  bits = special(bits, (mode & 0o2000) !== 0, 5, 's')
  bits = special(bits, (mode & 0o1000) !== 0, 8, 't')
  return typeLetter(mode) + bits
}
