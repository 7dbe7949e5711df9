/** The bytes from `from` up to, not including, `to`. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/**
 * A Range field with one range. RFC 9110 section 14.1.2.
 * @returns undefined when all is asked for, or something that is to be ignored; 'unsatisfiable' beyond the end
 */
export function byteRange(field: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(field?.trim() ?? '')
  const [, first = '', last = ''] = match ?? []
  if (!match || (first === '' && last === '')) return undefined
  if (first === '') return Number(last) === 0 ? 'unsatisfiable' : { from: Math.max(0, size - Number(last)), to: size }
  const from = Number(first)
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < from) return undefined
  return from >= size ? 'unsatisfiable' : { from, to }
}
