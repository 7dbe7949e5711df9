export interface SortFlags {
  readonly blanks: boolean
  readonly dictionary: boolean
  readonly foldCase: boolean
  readonly printable: boolean
  readonly reverse: boolean
  /** Letter of the comparison: n g h M V R, or '' for text. */
  readonly kind: string
}

/** `-k F[.C][OPTS][,F[.C][OPTS]]`; fields and characters count from 1, an end character 0 is the end of the field. */
export interface SortKey {
  readonly startField: number
  readonly startChar: number
  readonly endField: number | undefined
  readonly endChar: number
  readonly startBlanks: boolean
  readonly endBlanks: boolean
  readonly flags: SortFlags
}

const KEY = /^(\d+)(?:\.(\d+))?([bdfginhMRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfginhMRrV]*))?$/

/** @returns a message for a key that cannot be read */
export function parseKey(text: string, globals: SortFlags): SortKey | string {
  const match = KEY.exec(text)
  const [, end] = /^[^,]*,(\D.*|)$/.exec(text) ?? []
  if (end !== undefined) return `invalid number after ',': invalid count at start of '${end}'`
  if (!match)
    return /^\d/.test(text)
      ? `stray character in field spec: invalid field specification '${text}'`
      : `invalid number at field start: invalid count at start of '${text}'`
  const [, field = '1', char = '1', options = '', endField, endChar = '0', endOptions = ''] = match
  if (Number(field) === 0) return `field number is zero: invalid field specification '${text}'`
  const letters = options + endOptions
  const kind = [...letters].find((letter) => 'nghMVR'.includes(letter)) ?? ''
  const own: SortFlags = {
    blanks: letters.includes('b'),
    dictionary: letters.includes('d'),
    foldCase: letters.includes('f'),
    printable: letters.includes('i'),
    reverse: letters.includes('r'),
    kind,
  }
  const flags = letters === '' ? globals : own
  return {
    startField: Number(field),
    startChar: Number(char),
    endField: endField === undefined ? undefined : Number(endField),
    endChar: Number(endChar),
    startBlanks: letters === '' ? globals.blanks : options.includes('b'),
    endBlanks: letters === '' ? globals.blanks : endOptions.includes('b'),
    flags,
  }
}
