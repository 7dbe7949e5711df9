import { EINTR, IN_ALL_EVENTS, SIGINT, SIGTERM } from '@drydock/abi'
import { defineProgram, flag, list, value } from '@drydock/libc'
import { EVENTS, parseEvents } from './event-names.ts'
import { pathFilter, tryAdd } from './inotifywait.ts'
import { Watching } from './watching.ts'

/** inotifywatch: counts changes of files. inotify-tools 3.22, inotifywatch(1) */
export const inotifywatch = defineProgram({
  name: 'inotify-tools/inotifywatch',
  paths: ['/usr/bin/inotifywatch'],
  covers: 'partial',
  lacks: ['-z', 'fanotify (-F, -I, -S)', '-P'],
  summary: 'gather filesystem access statistics using inotify',
  sizeBytes: 43_624,
  usage: 'inotifywatch [options] file1 [file2] [...]',
  options: {
    recursive: flag('r', 'recursive'),
    verbose: flag('v', 'verbose'),
    events: list('e', 'event'),
    timeout: value('t', 'timeout'),
    ascending: value('a', 'ascending'),
    descending: value('d', 'descending'),
    exclude: value('', 'exclude'),
    excludeCase: value('', 'excludei'),
    include: value('', 'include'),
    includeCase: value('', 'includei'),
    fromFile: value('', 'fromfile'),
  },
  async main({ sys, io, operands, options: o }) {
    if (operands.length === 0) {
      await io.warn('No files specified to watch!\n')
      return 1
    }
    const mask = parseEvents(o.events)
    if (typeof mask === 'string') {
      await io.warn(`'${mask}' is not a valid event!  Run with the -h option to see a list of all events.\n`)
      return 1
    }
    const watching = new Watching(sys, {
      mask: mask || IN_ALL_EVENTS,
      recursive: o.recursive > 0,
      wanted: pathFilter(o),
    })
    await io.warn('Establishing watches...\n')
    for (const path of operands) {
      const problem = tryAdd(watching, path)
      if (problem === undefined) continue
      await io.warn(`Failed to watch ${path}; upper limit on inotify watches reached!\n`.replace(/;.*/, `: ${problem}`))
      return 1
    }
    await io.warn('Finished establishing watches, now collecting statistics.\n')
    let stopped = false
    for (const signal of [SIGINT, SIGTERM]) sys.sigaction(signal, () => (stopped = true))
    const end = o.timeout === undefined ? undefined : sys.clock.monotonic() + Number(o.timeout) * 1000
    const counts = new Map<string, Map<string, number>>()
    while (!stopped) {
      const left = end === undefined ? -1 : Math.max(0, end - sys.clock.monotonic())
      if (left === 0) break
      let seen: Awaited<ReturnType<Watching['next']>>
      try {
        seen = await watching.next(left)
      } catch (error) {
        if (error === EINTR) continue
        throw error
      }
      for (const event of seen ?? []) count(counts, event.watched, event.mask)
    }
    await io.print(counts.size === 0 ? 'No events occurred.\n' : table(counts, o.ascending, o.descending))
    return 0
  },
})

function count(counts: Map<string, Map<string, number>>, path: string, mask: number): void {
  const row = counts.get(path) ?? new Map<string, number>()
  counts.set(path, row)
  for (const [bit, name] of EVENTS)
    if (mask & bit && name !== 'ISDIR' && name !== 'CLOSE') row.set(name, (row.get(name) ?? 0) + 1)
}

const total = (row: ReadonlyMap<string, number>): number => [...row.values()].reduce((sum, each) => sum + each, 0)

function table(
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
  ascending?: string,
  descending = 'total',
): string {
  const names = EVENTS.map(([, name]) => name).filter((name) => [...counts.values()].some((row) => row.has(name)))
  const by = (ascending ?? descending).toUpperCase()
  const worth = (row: ReadonlyMap<string, number>): number => (by === 'TOTAL' ? total(row) : (row.get(by) ?? 0))
  const rows = [...counts].sort(([, a], [, b]) => (ascending === undefined ? worth(b) - worth(a) : worth(a) - worth(b)))
  const lines = rows.map(([path, row]) => [
    String(total(row)),
    ...names.map((name) => String(row.get(name) ?? 0)),
    path,
  ])
  const head = ['total', ...names.map((name) => name.toLowerCase()), 'filename']
  return (
    [head, ...lines]
      .map((cells) =>
        cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd((head[i]?.length ?? 0) + 2))).join(''),
      )
      .join('\n') + '\n'
  )
}
