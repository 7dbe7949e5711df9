/** A list of processors or memory nodes as cpuset(7) writes it: `0-2,5`. */

const HIGHEST = 8192

/** @returns the numbers; undefined when the text is no such list */
export function parseCpuList(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => /^(\d+)(?:-(\d+))?$/.exec(part))
  const found: number[] = []
  for (const part of parts) {
    const first = Number(part?.[1] ?? Number.NaN)
    const last = Number(part?.[2] ?? first)
    if (!(first <= last && last < HIGHEST)) return undefined
    for (let n = first; n <= last; n++) found.push(n)
  }
  return found
}

/** `0-3`, `0` for one. */
export const cpuRange = (count: number): string => (count > 1 ? `0-${count - 1}` : '0')
