import {
  MS_BIND,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_UNBINDABLE,
} from '@drydock/abi'

/** --make-… and the options of the same names. mount(8), "Shared subtree operations" */
export const PROPAGATION = [
  ['shared', MS_SHARED],
  ['rshared', MS_SHARED | MS_REC],
  ['slave', MS_SLAVE],
  ['rslave', MS_SLAVE | MS_REC],
  ['private', MS_PRIVATE],
  ['rprivate', MS_PRIVATE | MS_REC],
  ['unbindable', MS_UNBINDABLE],
  ['runbindable', MS_UNBINDABLE | MS_REC],
] as const

const ATIMES = MS_NOATIME | MS_STRICTATIME

/** What a word of -o takes out of the flags, and what it puts in. */
type Change = readonly [without: number, adding: number]
const NOTHING: Change = [0, 0]
/** mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS" */
const WORDS: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['ro', [0, MS_RDONLY]],
  ['rw', [MS_RDONLY, 0]],
  ['nosuid', [0, MS_NOSUID]],
  ['suid', [MS_NOSUID, 0]],
  ['nodev', [0, MS_NODEV]],
  ['dev', [MS_NODEV, 0]],
  ['noexec', [0, MS_NOEXEC]],
  ['exec', [MS_NOEXEC, 0]],
  ['noatime', [ATIMES, MS_NOATIME]],
  ['atime', [MS_NOATIME, 0]],
  ['relatime', [ATIMES, 0]],
  ['norelatime', [0, 0]],
  ['strictatime', [ATIMES, MS_STRICTATIME]],
  ['nostrictatime', [MS_STRICTATIME, 0]],
  ['nodiratime', [0, MS_NODIRATIME]],
  ['diratime', [MS_NODIRATIME, 0]],
  ['remount', [0, MS_REMOUNT]],
  ['bind', [0, MS_BIND]],
  ['rbind', [0, MS_BIND | MS_REC]],
  ['move', [0, MS_MOVE]],
  ['defaults', [MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0]],
  ['user', [0, MS_NOEXEC | MS_NOSUID | MS_NODEV]],
  ['users', [0, MS_NOEXEC | MS_NOSUID | MS_NODEV]],
  ...['auto', 'noauto', 'nouser', 'async', 'sync', 'dirsync', 'silent', 'loud', 'lazytime', 'nolazytime', 'nofail'].map(
    (name): [string, Change] => [name, NOTHING],
  ),
  ...['_netdev', 'loop', 'mand', 'nomand', 'iversion', 'noiversion'].map((name): [string, Change] => [name, NOTHING]),
])

/** The flags and the option string that mount(2) gets for the words of -o, later ones over earlier ones. */
export function flagsAndData(words: readonly string[]): { readonly flags: number; readonly data: string } {
  const data: string[] = []
  let flags = 0
  for (const word of words) {
    const change = WORDS.get(word)
    if (change) flags = (flags & ~change[0]) | change[1]
    else if (
      !isPropagation(word) &&
      !/^(?:[xX]-|loop=|offset=|sizelimit=|errors=|data=|discard$|commit=|barrier|pri=)/.test(word)
    )
      data.push(word)
  }
  return { flags, data: data.join(',') }
}

const isPropagation = (word: string): boolean => PROPAGATION.some(([name]) => name === word)

/** Of the words a mount has, those that another mount call must repeat. */
export const isFlagWord = (word: string): boolean => WORDS.has(word)
