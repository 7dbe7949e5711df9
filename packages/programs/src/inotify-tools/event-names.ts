import {
  IN_ACCESS,
  IN_ALL_EVENTS,
  IN_ATTRIB,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_OPEN,
} from '@drydock/abi'

/** Events by name, in the order inotify-tools prints them. */
export const EVENTS: readonly (readonly [number, string])[] = [
  [IN_ACCESS, 'ACCESS'],
  [IN_MODIFY, 'MODIFY'],
  [IN_ATTRIB, 'ATTRIB'],
  [IN_CLOSE_WRITE, 'CLOSE_WRITE'],
  [IN_CLOSE_NOWRITE, 'CLOSE_NOWRITE'],
  [IN_OPEN, 'OPEN'],
  [IN_MOVED_FROM, 'MOVED_FROM'],
  [IN_MOVED_TO, 'MOVED_TO'],
  [IN_CREATE, 'CREATE'],
  [IN_DELETE, 'DELETE'],
  [IN_DELETE_SELF, 'DELETE_SELF'],
  [IN_CLOSE_WRITE | IN_CLOSE_NOWRITE, 'CLOSE'],
  [IN_MOVE_SELF, 'MOVE_SELF'],
  [IN_ISDIR, 'ISDIR'],
]
const GROUPS: Readonly<Record<string, number>> = {
  MOVE: IN_MOVED_FROM | IN_MOVED_TO,
  ALL_EVENTS: IN_ALL_EVENTS,
}

/** `CREATE,ISDIR`; a closing has two names. */
export const eventText = (mask: number, separator = ','): string =>
  EVENTS.filter(([bit]) => mask & bit)
    .map(([, name]) => name)
    .join(separator)

/** @returns the mask, or the word that is no event */
export function parseEvents(words: readonly string[]): number | string {
  let mask = 0
  for (const word of words.flatMap((each) => each.split(','))) {
    const name = word.toUpperCase()
    const bits = GROUPS[name] ?? EVENTS.find(([, each]) => each === name)?.[0]
    if (bits === undefined) return word
    mask |= bits
  }
  return mask
}
