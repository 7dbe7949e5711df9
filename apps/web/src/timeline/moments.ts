import type { Moment } from '@drydock/playground/rpc'

/** What the next undo takes back: the newest that was not taken back itself. A return stands where it led to. */
export function nextUndo(moments: readonly Moment[]): Moment | undefined {
  let at = moments.length - 1
  for (let moment = moments[at]; moment?.kind === 'return'; moment = moments[at]) {
    const target = moments.findIndex(({ id }) => id === moment?.to)
    if (target < 0) return undefined
    at = target - 1
  }
  return moments[at]
}

/** What leads forward again, if the last thing done was to go back. */
export const nextRedo = (moments: readonly Moment[]): Moment | undefined => {
  const last = moments.at(-1)
  return last?.kind === 'return' ? last : undefined
}

/** Those that are taken back now. */
export function takenBack(moments: readonly Moment[]): ReadonlySet<number> {
  const taken = new Set<number>()
  let at = moments.length - 1
  while (at >= 0) {
    const moment = moments[at]
    const target = moment?.kind === 'return' ? moments.findIndex(({ id }) => id === moment.to) : -1
    if (target >= 0) for (const { id } of moments.slice(target, at)) taken.add(id)
    at = target >= 0 ? target - 1 : at - 1
  }
  return taken
}
