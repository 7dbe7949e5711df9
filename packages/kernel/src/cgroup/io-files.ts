import { EINVAL, ENODEV } from '@drydock/abi'
import type { TextSource } from '../fs/index.ts'
import type { Cgroup } from './cgroup.ts'
import type { ControlFile } from './control-files.ts'
import { pressure, shows, within } from './value-text.ts'

/** cgroup-v2.rst, "IO Interface Files". Limits are kept and shown; the disk is memory, and nothing is slowed down. */

const KEYS = ['rbps', 'wbps', 'riops', 'wiops'] as const
const DISK = '8:0'

/** `8:0 wbps=1048576 rbps=max`: one line a device. @throws EINVAL, ENODEV */
function setIoMax(group: Cgroup, text: string): void {
  const [device = '', ...pairs] = text.trim().split(/\s+/)
  if (!/^\d+:\d+$/.test(device)) throw EINVAL
  if (device !== DISK) throw ENODEV
  const limits = new Map(readIoMax(group))
  for (const pair of pairs) {
    const [, key, value] = /^(rbps|wbps|riops|wiops)=(max|\d+)$/.exec(pair) ?? []
    if (key === undefined || value === undefined) throw EINVAL
    limits.set(key, value)
  }
  group.settings.set('io.max', KEYS.map((key) => `${key}=${limits.get(key) ?? 'max'}`).join(' '))
}

const readIoMax = (group: Cgroup): [string, string][] =>
  (group.settings.get('io.max') ?? '')
    .split(' ')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=') as [string, string])

function ioMax(group: Cgroup): TextSource {
  const read = (): string => {
    const limits = readIoMax(group)
    return limits.some(([, value]) => value !== 'max') ? `${DISK} ${group.settings.get('io.max')}\n` : ''
  }
  return { read, write: (text) => setIoMax(group, text) }
}

export const IO_FILES: readonly ControlFile[] = [
  { name: 'io.max', on: 'not-root', controller: 'io', make: ioMax },
  { name: 'io.pressure', make: () => pressure() },
  { name: 'io.stat', controller: 'io', make: () => shows(() => '') },
  {
    name: 'io.weight',
    on: 'not-root',
    controller: 'io',
    make: (group) => ({
      read: () => `default ${group.settings.get('io.weight') ?? 100}\n`,
      write: (text) => void group.settings.set('io.weight', String(within(text.replace(/^default\s+/, ''), 1, 10_000))),
    }),
  },
]
