import type { ProcessInfo } from '@drydock/abi'
import type { ContainerTop } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, systemProblem } from '../problem.ts'
import { cgroupOf, readControl } from '../runtime/cgroups.ts'
import { ifExists, readText } from '../state/files.ts'
import type { Container } from './container.ts'
import { readPsOptions } from './ps-options.ts'

type Column = readonly [title: string, value: (process: ProcessInfo, host: Host) => string]
interface Host {
  readonly users: ReadonlyMap<number, string>
  readonly nowMs: number
}

const two = (value: number): string => String(value).padStart(2, '0')
const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
/** `[[DD-]hh:]mm:ss`. ps(1), etime */
function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24]
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (days > 0) return `${days}-${two(hours)}:${rest}`
  return hours > 0 ? `${two(hours)}:${rest}` : rest
}
const hourMinute = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
const command = ({ argv, comm }: ProcessInfo): string => (argv.length > 0 ? argv.join(' ') : `[${comm}]`)
const user = ({ uid }: ProcessInfo, { users }: Host): string => users.get(uid) ?? String(uid)
const megaTime = (ms: number): string => `${Math.floor(ms / 60000)}:${two(Math.floor(ms / 1000) % 60)}`

/** Columns of ps -ef. */
const FULL: readonly Column[] = [
  ['UID', user],
  ['PID', ({ pid }) => String(pid)],
  ['PPID', ({ ppid }) => String(ppid)],
  ['C', () => '0'],
  ['STIME', ({ startTimeMs }) => hourMinute(startTimeMs)],
  ['TTY', ({ tty }) => tty],
  ['TIME', ({ cpuMs }) => clock(cpuMs)],
  ['CMD', command],
]
/** Columns of ps aux. */
const AUX: readonly Column[] = [
  ['USER', user],
  ['PID', ({ pid }) => String(pid)],
  ['%CPU', () => '0.0'],
  ['%MEM', () => '0.0'],
  ['VSZ', ({ vszBytes }) => String(Math.floor(vszBytes / 1024))],
  ['RSS', ({ rssBytes }) => String(Math.floor(rssBytes / 1024))],
  ['TTY', ({ tty }) => tty],
  ['STAT', ({ state, pid, sid }) => state + (pid === sid ? 's' : '')],
  ['START', ({ startTimeMs }) => hourMinute(startTimeMs)],
  ['TIME', ({ cpuMs }) => megaTime(cpuMs)],
  ['COMMAND', command],
]
/** ps -o names. */
const NAMED: ReadonlyMap<string, Column> = new Map<string, Column>([
  ...[...FULL, ...AUX].map((column): [string, Column] => [column[0].toLowerCase(), column]),
  ['user', ['USER', user]],
  ['uid', ['UID', ({ uid }) => String(uid)]],
  ['euid', ['EUID', ({ uid }) => String(uid)]],
  ['euser', ['EUSER', user]],
  ['ruser', ['RUSER', user]],
  ['gid', ['GID', ({ gid }) => String(gid)]],
  ['pgid', ['PGID', ({ pgid }) => String(pgid)]],
  ['pgrp', ['PGRP', ({ pgid }) => String(pgid)]],
  ['sid', ['SID', ({ sid }) => String(sid)]],
  ['sess', ['SESS', ({ sid }) => String(sid)]],
  ['ni', ['NI', ({ nice }) => String(nice)]],
  ['nice', ['NI', ({ nice }) => String(nice)]],
  ['nlwp', ['NLWP', ({ threads }) => String(threads)]],
  ['s', ['S', ({ state }) => state]],
  ['state', ['S', ({ state }) => state]],
  ['pcpu', ['%CPU', () => '0.0']],
  ['pmem', ['%MEM', () => '0.0']],
  ['rssize', ['RSS', ({ rssBytes }) => String(Math.floor(rssBytes / 1024))]],
  ['vsize', ['VSZ', ({ vszBytes }) => String(Math.floor(vszBytes / 1024))]],
  ['tname', ['TTY', ({ tty }) => tty]],
  ['tt', ['TT', ({ tty }) => tty]],
  ['start_time', ['START', ({ startTimeMs }) => hourMinute(startTimeMs)]],
  ['cputime', ['TIME', ({ cpuMs }) => clock(cpuMs)]],
  ['etime', ['ELAPSED', ({ startTimeMs }, { nowMs }) => elapsed(nowMs - startTimeMs)]],
  ['etimes', ['ELAPSED', ({ startTimeMs }, { nowMs }) => String(Math.floor((nowMs - startTimeMs) / 1000))]],
  ['ucmd', ['CMD', ({ comm }) => comm]],
  ['ucomm', ['COMMAND', ({ comm }) => comm]],
  ['comm', ['COMMAND', ({ comm }) => comm]],
  ['args', ['COMMAND', command]],
  ['cmd', ['CMD', command]],
])

/** @throws Problem in ps's words */
function columnsOf(args: string): readonly Column[] {
  const { columns: names, userFormat } = readPsOptions(args)
  if (names.length === 0) return userFormat ? AUX : FULL
  const columns = names.map((name) => {
    const column = NAMED.get(name.replace(/[=:].*$/s, ''))
    if (column) return column
    throw systemProblem(`ps: error: unknown user-defined format specifier ${JSON.stringify(name)}`)
  })
  if (!columns.some(([title]) => title === 'PID')) throw systemProblem("Couldn't find PID field in ps output")
  return columns
}

/** GET /containers/{id}/top: the container's processes, as the host's ps shows them. @throws Problem */
export function topContainer({ sys }: DaemonParts, container: Container, args: string): ContainerTop {
  if (!container.process) throw conflict(`container ${container.id} is not running`)
  if (container.record.State.Restarting)
    throw conflict(`container ${container.id} is restarting, wait until the container is running`)
  const columns = columnsOf(args)
  const members = readControl(sys, cgroupOf(container.id, container.hostConfig.CgroupParent), 'cgroup.procs') ?? ''
  const pids = new Set(members.split('\n').filter(Boolean).map(Number))
  const host: Host = { users: userNames(sys), nowMs: sys.clock.now() }
  const rows = sys.processes().filter(({ pid }) => pids.has(pid))
  return {
    Titles: columns.map(([title]) => title),
    Processes: rows.map((process) => columns.map(([, value]) => value(process, host))),
  }
}

function userNames(sys: DaemonParts['sys']): Map<number, string> {
  const text = ifExists(() => readText(sys, '/etc/passwd')) ?? ''
  return new Map(
    text.split('\n').flatMap((line): [number, string][] => {
      const [name = '', , uid] = line.split(':')
      return uid === undefined ? [] : [[Number(uid), name]]
    }),
  )
}
