import { FatalError } from '../interp/flow.ts'

export interface Flags {
  readonly options: Map<string, string>
  readonly operands: readonly string[]
  /** Letters given with a plus: `declare +x`. */
  readonly removed: ReadonlySet<string>
}

/** Options of a builtin: single letters, before the operands. @throws FatalError (status 2) for an unknown one */
export function parseFlags(
  args: readonly string[],
  spec: {
    flags: string
    values?: string
    plus?: boolean
    /** Called for each option as it comes, for those that may be given more than once. */
    each?: (letter: string, value: string, plus: boolean) => void
  },
): Flags {
  const options = new Map<string, string>()
  const removed = new Set<string>()
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--') {
      at++
      break
    }
    const plus = spec.plus === true && /^\+./.test(word)
    if (!plus && (!word.startsWith('-') || word === '-')) break
    for (let place = 1; place < word.length; place++) {
      const letter = word.charAt(place)
      if (spec.values?.includes(letter)) {
        const rest = word.slice(place + 1)
        const value = rest === '' ? args[++at] : rest
        if (value === undefined) throw new FatalError(`-${letter}: option requires an argument`, 2, false)
        spec.each?.(letter, value, plus)
        if (plus) removed.add(letter)
        else options.set(letter, value)
        break
      }
      if (!spec.flags.includes(letter)) throw new FatalError(`${plus ? '+' : '-'}${letter}: invalid option`, 2, false)
      spec.each?.(letter, '', plus)
      if (plus) removed.add(letter)
      else options.set(letter, '')
    }
  }
  return { options, operands: args.slice(at), removed }
}
