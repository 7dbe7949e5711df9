import { EAGAIN } from '@drydock/abi'
import type { Cgroup } from './cgroup.ts'
import type { ControlFile } from './control-files.ts'
import type { MemoryController } from './memory-controller.ts'
import { bytesOf, counters, limit, natural, pressure, shows } from './value-text.ts'

/** cgroup-v2.rst, "Memory Interface Files". */

function memoryStat({ memory }: Cgroup): string {
  const { anonBytes, shmemBytes } = memory
  const zero = (...names: string[]): [string, number][] => names.map((name) => [name, 0])
  return counters([
    ['anon', anonBytes],
    ['file', shmemBytes],
    ...zero('kernel', 'kernel_stack', 'pagetables', 'sec_pagetables', 'percpu', 'sock', 'vmalloc'),
    ['shmem', shmemBytes],
    ...zero('zswap', 'zswapped', 'file_mapped', 'file_dirty', 'file_writeback', 'swapcached', 'anon_thp', 'file_thp'),
    ...zero('shmem_thp'),
    ['inactive_anon', shmemBytes],
    ['active_anon', anonBytes],
    ...zero('inactive_file', 'active_file', 'unevictable', 'slab_reclaimable', 'slab_unreclaimable', 'slab'),
    ...zero('workingset_refault_anon', 'workingset_refault_file', 'pgscan', 'pgsteal', 'pgfault', 'pgmajfault'),
  ])
}

const memoryEvents = ({ events }: MemoryController): string =>
  counters([
    ['low', events.low],
    ['high', events.high],
    ['max', events.max],
    ['oom', events.oom],
    ['oom_kill', events.oomKill],
    ['oom_group_kill', events.oomGroupKill],
  ])

type Amount = 'max' | 'high' | 'low' | 'min' | 'swapMax' | 'swapHigh'

/** Bytes that can be set; whoever is beyond them now is looked at at once. */
const amount = (name: string, key: Amount): ControlFile => ({
  name,
  on: 'not-root',
  controller: 'memory',
  make: (group) =>
    limit(
      () => group.memory[key],
      (value) => {
        group.memory[key] = value
        if (key === 'max') group.checkMemory()
      },
      bytesOf,
    ),
})

const reading = (name: string, text: (group: Cgroup) => string): ControlFile => ({
  name,
  on: 'not-root',
  controller: 'memory',
  make: (group) => shows(() => text(group)),
})

export const MEMORY_FILES: readonly ControlFile[] = [
  reading('memory.current', ({ memory }) => `${memory.bytes}\n`),
  reading('memory.events', ({ memory }) => memoryEvents(memory)),
  reading('memory.events.local', ({ memory }) => memoryEvents(memory)),
  amount('memory.high', 'high'),
  amount('memory.low', 'low'),
  amount('memory.max', 'max'),
  amount('memory.min', 'min'),
  {
    name: 'memory.oom.group',
    on: 'not-root',
    controller: 'memory',
    make: ({ memory }) => ({
      read: () => `${Number(memory.oomGroup)}\n`,
      write: (text) => {
        memory.oomGroup = natural(text) === 1
      },
    }),
  },
  reading('memory.peak', ({ memory }) => `${memory.peak}\n`),
  { name: 'memory.pressure', make: () => pressure() },
  {
    name: 'memory.reclaim',
    controller: 'memory',
    // Nothing here can be reclaimed: there is neither page cache nor swap.
    make: () => ({
      write() {
        throw EAGAIN
      },
    }),
  },
  { name: 'memory.stat', controller: 'memory', make: (group) => shows(() => memoryStat(group)) },
  reading('memory.swap.current', () => '0\n'),
  reading('memory.swap.events', () => 'high 0\nmax 0\nfail 0\n'),
  amount('memory.swap.high', 'swapHigh'),
  amount('memory.swap.max', 'swapMax'),
  reading('memory.swap.peak', () => '0\n'),
]
