import { type Cli, CliError } from '@drydock/cli-plugin'
import type { ContainerSpec, HealthConfig, Mount } from '@drydock/docker-api'
import { toRecord } from '../container/key-value-file.ts'
import { updateCapabilities } from './capabilities.ts'
import { uniqueUlimits } from './flag-values.ts'
import { absoluteMounts } from './mount-source.ts'
import { someList } from './some.ts'
import { changeHosts } from './swarm-hosts.ts'
import type { UpdateFlags } from './update-flags.ts'

type Changed = ReadonlySet<string>
type Part = Partial<ContainerSpec>

export const anyOf = (changed: Changed, ...names: string[]): boolean => names.some((name) => changed.has(name))

/** A map with pairs added and names removed; removing comes first. */
export function changeMap(
  before: Readonly<Record<string, string>> | null | undefined,
  add: readonly string[],
  remove: readonly string[],
): Record<string, string> {
  const gone = new Set(Object.keys(toRecord(remove)))
  const kept = Object.entries(before ?? {}).filter(([name]) => !gone.has(name))
  return { ...Object.fromEntries(kept), ...toRecord(add) }
}

/** Words with some added and some removed, in order. */
export const changeSorted = (
  before: readonly string[] | null | undefined,
  add: readonly string[],
  remove: readonly string[],
): string[] => [...(before ?? []), ...add].filter((each) => !remove.includes(each)).toSorted()

const unique = (words: readonly string[]): string[] => [...new Set(words)]

const nameOf = (word: string): string => word.split('=')[0] ?? ''
function changeEnv(cli: Cli, before: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  const kept = before.filter((word) => !remove.includes(nameOf(word)))
  const added = add.map((word) => {
    const value = word.includes('=') ? undefined : cli.env.get(word)
    return value === undefined ? word : `${word}=${value}`
  })
  return added.length === 0 ? kept : [...new Map([...kept, ...added].map((word) => [nameOf(word), word])).values()]
}

/** By target, the added first; in order of source and target. */
function changeMounts(before: readonly Mount[], add: readonly Mount[], remove: readonly string[]): Mount[] {
  const byTarget = new Map<string, Mount>()
  for (const mount of add) {
    if (byTarget.has(mount.Target)) throw new CliError('duplicate mount target')
    byTarget.set(mount.Target, mount)
  }
  for (const mount of before) if (!byTarget.has(mount.Target)) byTarget.set(mount.Target, mount)
  const key = ({ Source = '', Target }: Mount): string => `${Source}\0${Target}`
  return [...byTarget.values()]
    .filter(({ Target }) => !remove.includes(Target))
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** One flag, one field, as it is. */
const PLAIN: readonly (readonly [flag: keyof UpdateFlags, field: keyof ContainerSpec])[] = [
  ['image', 'Image'],
  ['args', 'Args'],
  ['entrypoint', 'Command'],
  ['workdir', 'Dir'],
  ['user', 'User'],
  ['hostname', 'Hostname'],
  ['isolation', 'Isolation'],
  ['init', 'Init'],
  ['tty', 'TTY'],
  ['read-only', 'ReadOnly'],
  ['stop-signal', 'StopSignal'],
  ['stop-grace-period', 'StopGracePeriod'],
  ['oom-score-adj', 'OomScoreAdj'],
]

/** Fields made from what there was; each is given when one of its flags was. */
const MADE: readonly (readonly [
  flags: readonly string[],
  make: (spec: ContainerSpec, flags: UpdateFlags, cli: Cli, changed: Changed) => Part,
])[] = [
  [
    ['container-label-add', 'container-label-rm'],
    (spec, flags) => ({ Labels: changeMap(spec.Labels, flags['container-label-add'], flags['container-label-rm']) }),
  ],
  [
    ['env-add', 'env-rm'],
    (spec, flags, cli) => ({ Env: changeEnv(cli, spec.Env ?? [], flags['env-add'], flags['env-rm']) }),
  ],
  [
    ['sysctl-add', 'sysctl-rm'],
    (spec, flags) => ({ Sysctls: changeMap(spec.Sysctls, flags['sysctl-add'], flags['sysctl-rm']) }),
  ],
  [
    ['ulimit-add', 'ulimit-rm'],
    (spec, flags) => {
      const kept = (spec.Ulimits ?? []).filter(({ Name }) => !flags['ulimit-rm'].map(nameOf).includes(Name))
      return { Ulimits: uniqueUlimits([...kept, ...flags['ulimit-add']]) }
    },
  ],
  [
    ['group-add', 'group-rm'],
    (spec, flags) => ({ Groups: changeSorted(spec.Groups, flags['group-add'], flags['group-rm']) }),
  ],
  [['dns-add', 'dns-rm', 'dns-option-add', 'dns-option-rm', 'dns-search-add', 'dns-search-rm'], dns],
  [
    ['host-add', 'host-rm'],
    (spec, flags) => ({ Hosts: changeHosts(spec.Hosts ?? [], flags['host-add'], flags['host-rm']) }),
  ],
  [
    ['no-healthcheck', 'health-cmd', 'health-interval', 'health-retries', 'health-timeout', 'health-start-period'],
    (spec, flags, _, changed) => ({ Healthcheck: healthcheck(spec.Healthcheck ?? {}, flags, changed) }),
  ],
  [
    ['cap-add', 'cap-drop'],
    (spec, flags) => {
      const before = { add: spec.CapabilityAdd ?? [], drop: spec.CapabilityDrop ?? [] }
      const { add, drop } = updateCapabilities(before, { add: flags['cap-add'], drop: flags['cap-drop'] })
      return { CapabilityAdd: add, CapabilityDrop: drop }
    },
  ],
]

function dns(spec: ContainerSpec, flags: UpdateFlags): Part {
  const { Nameservers, Search, Options } = spec.DNSConfig ?? {}
  const change = (before: string[] | null | undefined, add: readonly string[], remove: readonly string[]): string[] =>
    unique(changeSorted(before, add, remove))
  return {
    DNSConfig: {
      ...someList('Nameservers', change(Nameservers, flags['dns-add'], flags['dns-rm'])),
      ...someList('Search', change(Search, flags['dns-search-add'], flags['dns-search-rm'])),
      ...someList('Options', change(Options, flags['dns-option-add'], flags['dns-option-rm'])),
    },
  }
}

const HEALTH_FLAGS = ['health-cmd', 'health-interval', 'health-retries', 'health-timeout', 'health-start-period']
function healthcheck(before: HealthConfig, flags: UpdateFlags, changed: Changed): HealthConfig {
  if (flags['no-healthcheck']) {
    if (anyOf(changed, ...HEALTH_FLAGS)) throw new CliError('--no-healthcheck conflicts with --health-* options')
    return { Test: ['NONE'] }
  }
  const { Test, ...rest } = before
  const command = flags['health-cmd']
  const kept = Test?.[0] === 'NONE' ? [] : (Test ?? [])
  const test = !changed.has('health-cmd') ? kept : command === '' ? [] : ['CMD-SHELL', command]
  return {
    ...someList('Test', test),
    ...rest,
    ...(changed.has('health-interval') ? { Interval: flags['health-interval'] ?? 0 } : {}),
    ...(changed.has('health-timeout') ? { Timeout: flags['health-timeout'] ?? 0 } : {}),
    ...(changed.has('health-start-period') ? { StartPeriod: flags['health-start-period'] ?? 0 } : {}),
    ...(changed.has('health-retries') ? { Retries: flags['health-retries'] } : {}),
  }
}

/** The container of a service after `service update`, but for secrets, configs and credentials. @throws CliError */
export function updateContainer(cli: Cli, before: ContainerSpec, flags: UpdateFlags, changed: Changed): ContainerSpec {
  const plain = PLAIN.filter(([flag]) => changed.has(flag)).map(([flag, field]) => [field, flags[flag]] as const)
  // The real one sorts them even when none is changed.
  const mounts = {
    Mounts: changeMounts(before.Mounts ?? [], absoluteMounts(flags['mount-add'], cli.sys.getcwd()), flags['mount-rm']),
  }
  const made = MADE.filter(([names]) => anyOf(changed, ...names)).map(([, make]) => make(before, flags, cli, changed))
  return Object.assign({}, before, Object.fromEntries(plain), mounts, ...made) as ContainerSpec
}
