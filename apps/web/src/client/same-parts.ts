/** `after`, with each part of it that equals its part of `before` as the very object that it was. For plain data. */
export function sameParts<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) return after
  const keys = Object.keys(after)
  const parts = keys.map((key) => sameParts(before[key], after[key]))
  const all =
    keys.length === Object.keys(before).length && keys.every((key, i) => key in before && parts[i] === before[key])
  if (all) return before as T
  return (Array.isArray(after) ? parts : Object.fromEntries(keys.map((key, i) => [key, parts[i]]))) as T
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
