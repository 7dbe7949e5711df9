import { isErrno, type ResourceName } from '@drydock/abi'
import { defineProgram, flag, optional, UsageError, value } from '@drydock/libc'
import { execOrFail } from '../account/become.ts'
import { screenTable } from './screen-table.ts'

interface Row {
  readonly option: string
  readonly short: string
  readonly resource: ResourceName
  readonly description: string
  readonly unit: string
}
const row = (option: string, short: string, resource: ResourceName, description: string, unit: string): Row => ({
  option,
  short,
  resource,
  description,
  unit,
})

const ROWS: readonly Row[] = [
  row('as', 'v', 'AS', 'address space limit', 'bytes'),
  row('core', 'c', 'CORE', 'max core file size', 'bytes'),
  row('cpu', 't', 'CPU', 'CPU time', 'seconds'),
  row('data', 'd', 'DATA', 'max data size', 'bytes'),
  row('fsize', 'f', 'FSIZE', 'max file size', 'bytes'),
  row('locks', 'x', 'LOCKS', 'max number of file locks held', 'locks'),
  row('memlock', 'l', 'MEMLOCK', 'max locked-in-memory address space', 'bytes'),
  row('msgqueue', 'q', 'MSGQUEUE', 'max bytes in POSIX mqueues', 'bytes'),
  row('nice', 'e', 'NICE', 'max nice prio allowed to raise', ''),
  row('nofile', 'n', 'NOFILE', 'max number of open files', 'files'),
  row('nproc', 'u', 'NPROC', 'max number of processes', 'processes'),
  row('rss', 'm', 'RSS', 'max resident set size', 'bytes'),
  row('rtprio', 'r', 'RTPRIO', 'max real-time priority', ''),
  row('rttime', 'y', 'RTTIME', 'timeout for real-time tasks', 'microsecs'),
  row('sigpending', 'i', 'SIGPENDING', 'max number of pending signals', 'signals'),
  row('stack', 's', 'STACK', 'max stack size', 'bytes'),
]

const shown = (limit: number): string => (Number.isFinite(limit) ? String(limit) : 'unlimited')

interface Limit {
  readonly soft: number
  readonly hard: number
}

/** `SOFT:HARD`, `:HARD`, `SOFT:`, `BOTH`. @returns undefined for what is none */
function parseLimit(text: string, now: Limit): Limit | undefined {
  const [, soft, colon, hard] = /^(\d+|unlimited|-1)?(:)?(\d+|unlimited|-1)?$/.exec(text.replace(/^=/, '')) ?? []
  if (soft === undefined && hard === undefined) return undefined
  const number = (word: string): number => (/^\d+$/.test(word) ? Number(word) : Infinity)
  const both = colon === undefined ? soft : hard
  return {
    soft: soft === undefined ? now.soft : number(soft),
    hard: both === undefined ? now.hard : number(both),
  }
}

const limits = Object.fromEntries(ROWS.map(({ option, short }) => [option, optional(short, option)]))

/** prlimit: get and set process resource limits. util-linux 2.38. */
export const prlimit = defineProgram({
  name: 'util-linux/prlimit',
  paths: ['/usr/bin/prlimit'],
  covers: 'full',
  summary: 'get and set process resource limits',
  sizeBytes: 35_128,
  usage: 'prlimit [options] [--<resource>=<limit>] [command]',
  stopAtOperand: true,
  options: {
    ...limits,
    pid: value('p', 'pid'),
    output: value('o', 'output'),
    noheadings: flag('', 'noheadings'),
    raw: flag('', 'raw'),
    verbose: flag('', 'verbose'),
  },
  async main({ sys, io, env, operands, options: o, fail }) {
    const pid = o.pid === undefined ? sys.getpid() : Number(o.pid)
    if (o.pid !== undefined && operands.length) throw new UsageError('options --pid and COMMAND are mutually exclusive')
    const given: Readonly<Record<string, unknown>> = o
    const asked = ROWS.filter(({ option }) => typeof given[option] === 'string')
    const chosen: Row[] = []
    for (const each of asked) {
      const text = String(given[each.option])
      if (text === '') {
        chosen.push(each)
        continue
      }
      const limit = parseLimit(text, sys.prlimit(each.resource, undefined, pid))
      if (!limit) {
        await fail(`failed to parse ${each.resource} limit`)
        return 1
      }
      if (limit.soft > limit.hard) {
        await fail(`the soft limit ${each.resource} cannot exceed the hard limit`)
        return 1
      }
      try {
        sys.prlimit(each.resource, limit, pid)
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`failed to set the ${each.resource} resource limit: ${error.message}`)
        return 1
      }
    }
    if (operands.length)
      return execOrFail(sys, operands, env, (reason) => fail(`failed to execute ${operands[0]}: ${reason}`))
    if (asked.length > 0 && chosen.length === 0) return 0
    const cells = (chosen.length ? chosen : ROWS).map(({ resource, description, unit }) => {
      const { soft, hard } = sys.prlimit(resource, undefined, pid)
      return new Map([
        ['RESOURCE', resource],
        ['DESCRIPTION', description],
        ['SOFT', shown(soft)],
        ['HARD', shown(hard)],
        ['UNITS', unit],
      ])
    })
    const names = (o.output ?? 'RESOURCE,DESCRIPTION,SOFT,HARD,UNITS').toUpperCase().split(',')
    const columns = names.map((name) => ({ name, right: name === 'SOFT' || name === 'HARD' }))
    await io.print(
      screenTable(
        columns,
        cells.map((each) => names.map((name) => each.get(name) ?? '')),
        o.noheadings === 0,
      ),
    )
    return 0
  },
})
