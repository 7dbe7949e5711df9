/** `net_admin` -> `CAP_NET_ADMIN`; ALL, and RESET of updates, stay. */
const normal = (name: string): string => {
  const word = name.trim().toUpperCase()
  return word === ALL || word === RESET || word.startsWith('CAP_') ? word : `CAP_${word}`
}
const ALL = 'ALL'
const RESET = 'RESET'
const normalSet = (names: readonly string[]): Set<string> => new Set(names.map(normal))
/** ALL says it all. */
const whole = (names: Set<string>): Set<string> => (names.has(ALL) ? new Set([ALL]) : names)

/** What is added wins over what is dropped. */
export function effectiveCapabilities(
  add: readonly string[],
  drop: readonly string[],
): { add: string[]; drop: string[] } {
  const [added, dropped] = [whole(normalSet(add)), whole(normalSet(drop))]
  const isReal = (name: string): boolean => name !== RESET
  return {
    add: [...added].filter(isReal).toSorted(),
    drop: [...dropped]
      .filter((name) => !added.has(name))
      .filter(isReal)
      .toSorted(),
  }
}

/**
 * Adding what was dropped only takes it from there, and the other way round; a second time it counts.
 * @returns the lists after the update
 */
export function updateCapabilities(
  before: { add: readonly string[]; drop: readonly string[] },
  wish: { add: readonly string[]; drop: readonly string[] },
): { add: string[]; drop: string[] } {
  const [toAdd, toDrop] = [normalSet(wish.add), normalSet(wish.drop)]
  const added = toAdd.delete(RESET) ? new Set<string>() : normalSet(before.add)
  const dropped = toDrop.delete(RESET) ? new Set<string>() : normalSet(before.drop)
  for (const name of toDrop) if (!toAdd.has(name) && !added.delete(name)) dropped.add(name)
  for (const name of toAdd) if (!dropped.delete(name)) added.add(name)
  return { add: [...whole(added)].toSorted(), drop: [...whole(dropped)].toSorted() }
}
