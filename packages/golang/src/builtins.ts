import { order, valueText } from './format.ts'
import { dereferenced, like } from './operators.ts'
import { GoPanic } from './panic.ts'
import { bare, bytesOf, Channel, GoMap, keyOf, Named, type Native, Slice, type Value } from './values.ts'

/** Both take a type, so the interpreter does their work. */
export const MAKE: Native = () => undefined
export const NEW: Native = () => undefined

const lengthOf = (value: Value): number => {
  const inner = bare(dereferenced(value))
  if (typeof inner === 'string') return bytesOf(inner).length
  if (inner instanceof Slice) return inner.length
  return inner instanceof GoMap ? inner.entries.size : inner instanceof Channel ? inner.queue.length : 0
}

export const BUILTINS: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['nil', undefined],
  ['make', MAKE],
  ['new', NEW],
  ['len', ([value]) => lengthOf(value)],
  [
    'cap',
    ([value]) =>
      value instanceof Slice
        ? value.items.length - value.from
        : value instanceof Channel
          ? value.room
          : lengthOf(value),
  ],
  [
    'append',
    ([first, ...more]) => {
      const slice = bare(first)
      const items = slice instanceof Slice ? slice.all() : []
      const grown = new Slice(
        [...items, ...more.map((each) => like(items[0], each))],
        slice instanceof Slice ? slice.of : '',
      )
      return first instanceof Named ? new Named(first.type, grown) : grown
    },
  ],
  [
    'copy',
    ([to, from]) => {
      const items = typeof from === 'string' ? bytesOf(from) : from instanceof Slice ? from.all() : []
      if (!(to instanceof Slice)) return 0
      const count = Math.min(to.length, items.length)
      for (let i = 0; i < count; i++) to.items[to.from + i] = items[i]
      return count
    },
  ],
  ['delete', ([map, key]) => void (bare(map) instanceof GoMap && (bare(map) as GoMap).entries.delete(keyOf(key)))],
  [
    'close',
    ([channel]) => {
      if (!(channel instanceof Channel)) return undefined
      channel.closed = true
      for (const taker of channel.takers.splice(0)) taker({ value: undefined, ok: false })
      return undefined
    },
  ],
  [
    'panic',
    async ([value]) => {
      throw new GoPanic(value, typeof value === 'string' ? value : await valueText(value, async () => undefined))
    },
  ],
  ['recover', () => undefined],
  ['min', (args) => args.reduce((a, b) => (order(a, b) <= 0 ? a : b))],
  ['max', (args) => args.reduce((a, b) => (order(a, b) >= 0 ? a : b))],
]
