import { coerced, JArray, Lambda, Native, numberOf, Text, type Callable, type Value } from '../values.ts'
import { ordered } from './compare.ts'
import type { World } from './world.ts'
import { letterOf, spread, type Classes } from './members.ts'
import { collections } from './collections.ts'
import { numbers } from './numbers.ts'
import { atomic, objects, random } from './objects.ts'
import { system } from './system.ts'

/** As long as nobody gives one. */
const seedOf = ({ machine }: World): bigint =>
  machine.process.sys.entropy.bytes(6).reduce((seed, byte) => (seed << 8n) | BigInt(byte), 0n)

/** java.lang and java.util, as much as there is. */
export function langClasses(world: World): Classes {
  const builder: Callable = async ([text]) =>
    new Text(text === undefined || typeof text === 'number' ? '' : await world.textOf(text))
  return {
    ...numbers(world),
    ...collections(world),
    System: { statics: system(world) },
    Objects: { statics: objects(world) },
    String: {
      statics: {
        valueOf: async ([value]: readonly Value[]) =>
          value instanceof JArray ? value.items.map(letterOf).join('') : world.textOf(value),
        format: ([format, ...args]) => world.format(String(format), spread(args)),
        join: async ([by, ...args]) => {
          const parts = args.length === 1 && typeof args[0] !== 'string' ? await world.items(args[0] ?? null) : args
          return (await Promise.all(parts.map((each) => world.textOf(each)))).join(String(by))
        },
        CASE_INSENSITIVE_ORDER: new Lambda(([a, b]) =>
          ordered(String(a).toLowerCase(), String(b).toLowerCase(), undefined, world),
        ),
      },
      make: async ([from]) =>
        from instanceof JArray
          ? from.type === 'byte'
            ? new TextDecoder().decode(Uint8Array.from(from.items.map(numberOf)))
            : from.items.map(letterOf).join('')
          : from === undefined
            ? ''
            : world.textOf(from),
    },
    StringBuilder: { make: builder },
    StringBuffer: { make: builder },
    Object: { make: () => new Native('Object', {}) },
    Random: {
      make: ([seed]) => random(seed === undefined ? seedOf(world) : BigInt(numberOf(seed))),
    },
    AtomicInteger: { make: ([start = 0]) => atomic('AtomicInteger', start) },
    AtomicLong: { make: ([start = 0n]) => atomic('AtomicLong', coerced('long', start)) },
    StandardCharsets: { statics: { UTF_8: 'UTF-8', US_ASCII: 'US-ASCII' } },
    Class: { statics: {} },
  }
}
