import type { Sys } from '@drydock/abi'
import { IpProblem } from './problem.ts'

/** What is watched: its name on the command line, its label with `all`, and its state as lines that ip prints. */
export interface Watched {
  readonly name: string
  readonly label: string
  readonly lines: () => readonly string[]
}

const PERIOD_MS = 200

/** What is new, and what is gone. */
function differences(before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((line) => !after.includes(line)).map((line) => `Deleted ${line}`)
  return [...after.filter((line) => !before.includes(line)), ...gone]
}

/**
 * Prints changes as they are seen, until it is killed. ip-monitor(8). Looks a few times a second: what comes and goes
 * between two looks is not seen.
 * @throws IpProblem for an object that can't be watched
 */
export async function ipMonitor(
  sys: Sys,
  [first, ...others]: readonly string[],
  watched: readonly Watched[],
  say: (text: string) => Promise<void>,
): Promise<never> {
  const names = first === undefined || first === 'all' ? [] : [first, ...others]
  const chosen = names.map((name) => {
    const found = watched.find((each) => each.name.startsWith(name))
    if (!found) throw new IpProblem(`Argument "${name}" is unknown, try "ip monitor help".`, 255)
    return found
  })
  const shown = chosen.length > 0 ? chosen : watched
  let states = shown.map(({ lines }) => lines())
  for (;;) {
    await sys.sleep(PERIOD_MS)
    const now = shown.map(({ lines }) => lines())
    for (const [at, each] of shown.entries())
      for (const line of differences(states[at] ?? [], now[at] ?? []))
        await say(`${first === 'all' ? `[${each.label}]` : ''}${line}\n`)
    states = now
  }
}
