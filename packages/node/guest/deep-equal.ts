/** Deep equality as assert and util have it; `strict` compares with Object.is and prototypes. */
export function isEqual(
  a: unknown,
  b: unknown,
  strict: boolean,
  seen: readonly (readonly [unknown, unknown])[] = [],
): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    // Loose equality is what assert.deepEqual means.
    return !strict && typeof a !== 'object' && typeof b !== 'object'
      ? a == b || (a !== a && b !== b)
      : !strict && (a ?? null) === (b ?? null) && a == b
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (tag(a) !== tag(b) || Array.isArray(a) !== Array.isArray(b)) return false
  if (seen.some(([left, right]) => left === a && right === b)) return true
  const next = [...seen, [a, b] as const]
  const same = (x: unknown, y: unknown): boolean => isEqual(x, y, strict, next)
  return sameInside(a, b, same) && sameProperties(a, b, strict, same)
}
const tag = (value: object): string => Object.prototype.toString.call(value)
type Same = (x: unknown, y: unknown) => boolean

function sameInside(a: object, b: object, same: Same): boolean {
  if (a instanceof Date) return a.getTime() === (b as Date).getTime()
  if (a instanceof RegExp) return String(a) === String(b) && a.lastIndex === (b as RegExp).lastIndex
  if (a instanceof Error)
    return a.message === (b as Error).message && a.name === (b as Error).name && same(a.cause, (b as Error).cause)
  if (a instanceof Map) return sameEntries(a, b as Map<unknown, unknown>, same)
  if (a instanceof Set)
    return (
      a.size === (b as Set<unknown>).size &&
      [...a].every(
        (each) => (b as Set<unknown>).has(each) || [...(b as Set<unknown>)].some((other) => same(each, other)),
      )
    )
  if (a instanceof ArrayBuffer)
    return (
      a.byteLength === (b as ArrayBuffer).byteLength &&
      new Uint8Array(a).every((byte, at) => byte === new Uint8Array(b as ArrayBuffer)[at])
    )
  if (ArrayBuffer.isView(a) && !(a instanceof DataView))
    return (
      (a as Uint8Array).length === (b as Uint8Array).length &&
      (a as Uint8Array).every((each, at) => Object.is(each, (b as Uint8Array)[at]))
    )
  if (a instanceof Number || a instanceof String || a instanceof Boolean) return Object.is(a.valueOf(), b.valueOf())
  return !Array.isArray(a) || a.length === (b as unknown[]).length
}

function sameEntries(a: Map<unknown, unknown>, b: Map<unknown, unknown>, same: Same): boolean {
  if (a.size !== b.size) return false
  return [...a].every(([key, value]) =>
    b.has(key)
      ? same(value, b.get(key))
      : typeof key === 'object' && [...b].some(([other, each]) => same(key, other) && same(value, each)),
  )
}

function sameProperties(a: object, b: object, strict: boolean, same: Same): boolean {
  if (ArrayBuffer.isView(a)) return true
  const keys = (value: object): PropertyKey[] => [
    ...Object.keys(value),
    ...(strict
      ? Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
      : []),
  ]
  const [left, right] = [keys(a), keys(b)]
  return (
    left.length === right.length &&
    left.every(
      (key) =>
        Object.hasOwn(b, key) &&
        same((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key]),
    )
  )
}
