import { Native, numberOf, type Value } from '../values.ts'
import type { World } from './world.ts'
import { double, type Members } from './members.ts'

/** java.util.Random: the generator that its documentation describes, so that a seed gives the same numbers. */
export function random(seed: bigint): Native {
  const mask = (1n << 48n) - 1n
  let state = (seed ^ 0x5deece66dn) & mask
  const next = (bits: number): number => {
    state = (state * 0x5deece66dn + 0xbn) & mask
    return Number(BigInt.asIntN(32, state >> BigInt(48 - bits)))
  }
  const below = (bound: number): number => {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(next(31))) >> 31n)
    for (;;) {
      const bits = next(31)
      const value = bits % bound
      if (bits - value + (bound - 1) < 2 ** 31) return value
    }
  }
  return new Native('Random', {
    nextInt: ([a, b]) =>
      a === undefined
        ? next(32)
        : b === undefined
          ? below(numberOf(a))
          : numberOf(a) + below(numberOf(b) - numberOf(a)),
    nextDouble: () => double((next(26) * 2 ** 27 + next(27)) / 2 ** 53),
    nextBoolean: () => next(1) !== 0,
    nextLong: () => BigInt.asIntN(64, (BigInt(next(32)) << 32n) + BigInt(next(32))),
  })
}

export function objects(world: World): Members {
  return {
    equals: ([a, b]: readonly Value[]) => world.program.equal(a, b),
    isNull: ([a]) => a === null,
    nonNull: ([a]) => a !== null,
    requireNonNull: ([a, message]) => (a === null ? world.fail('NullPointerException', String(message ?? 'null')) : a),
    requireNonNullElse: ([a, other]) => a ?? other,
    toString: ([a]: readonly Value[]) => world.textOf(a),
    hashCode: async ([a]: readonly Value[]) => (a === null ? 0 : world.program.invoke(a, 'hashCode', [])),
    hash: async (args) => {
      let hash = 1
      for (const each of args)
        hash =
          (Math.imul(hash, 31) + (each === null ? 0 : numberOf(await world.program.invoke(each, 'hashCode', [])))) | 0
      return hash
    },
  }
}

export function atomic(type: string, start: Value): Native {
  let value = start
  const plus = (by: Value): Value =>
    typeof value === 'bigint' ? value + BigInt(numberOf(by)) : (numberOf(value) + numberOf(by)) | 0
  const set = (next: Value): Value => (value = next)
  const before = (next: Value): Value => {
    const old = value
    value = next
    return old
  }
  return new Native(type, {
    get: () => value,
    set: ([next]) => void set(next),
    intValue: () => value,
    incrementAndGet: () => set(plus(1)),
    decrementAndGet: () => set(plus(-1)),
    addAndGet: ([by]) => set(plus(by)),
    getAndIncrement: () => before(plus(1)),
    getAndDecrement: () => before(plus(-1)),
    getAndAdd: ([by]) => before(plus(by)),
    getAndSet: ([next]) => before(next),
    compareAndSet: ([expected, next]) => (value === expected ? (set(next), true) : false),
    toString: () => String(value),
  })
}
