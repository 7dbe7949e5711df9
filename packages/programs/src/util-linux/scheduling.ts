import { ESRCH, isErrno, type ProcessInfo, type Sys } from '@drydock/abi'
import { defineProgram, flag, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { execOrFail } from '../account/become.ts'

/** setsid: run a program in a new session. util-linux 2.38. */
export const setsid = defineProgram({
  name: 'util-linux/setsid',
  paths: ['/usr/bin/setsid'],
  covers: 'partial',
  lacks: ['-c: the new session gets no terminal'],
  summary: 'run a program in a new session',
  sizeBytes: 18_672,
  usage: 'setsid [options] <program> [arguments ...]',
  stopAtOperand: true,
  options: { ctty: flag('c', 'ctty'), fork: flag('f', 'fork'), wait: flag('w', 'wait') },
  async main({ sys, env, operands, options: o, fail }) {
    if (operands.length === 0) throw new UsageError('no command specified')
    const become = (own: Sys): Promise<number> =>
      execOrFail(own, operands, env, (reason) => fail(`failed to execute ${operands[0]}: ${reason}`))
    // A leader of its group cannot begin a session: a child of it does.
    if (o.fork === 0 && sys.getpgid() !== sys.getpid()) {
      sys.setsid()
      return become(sys)
    }
    const pid = sys.fork((child) => become(child.sys), { setsid: true })
    if (!o.wait) return 0
    const ended = await sys.wait(pid)
    return ended?.status.kind === 'exited' ? ended.status.code : 1
  },
})

const PROCESSES = { pid: 'process ID', pgrp: 'process group ID', user: 'user ID' } as const
type Kind = keyof typeof PROCESSES

function members(sys: Sys, kind: Kind, id: number): ProcessInfo[] {
  const key = kind === 'pid' ? 'pid' : kind === 'pgrp' ? 'pgid' : 'uid'
  return sys.processes().filter((process) => process[key] === id)
}

const reniceOptions = {
  priority: value('n', 'priority'),
  relative: value('', 'relative'),
  pid: flag('p', 'pid'),
  pgrp: flag('g', 'pgrp'),
  user: flag('u', 'user'),
}

/** renice: alter priority of running processes. util-linux 2.38; the priority may also be the first word. */
export const renice = defineProgram({
  name: 'util-linux/renice',
  paths: ['/usr/bin/renice'],
  covers: 'full',
  summary: 'alter priority of running processes',
  sizeBytes: 18_672,
  usage: 'renice [-n|--priority] <priority> [-p|--pid] <pid>...',
  options: reniceOptions,
  async main(context) {
    const { sys, io, operands, options: o, order, fail } = context
    const words = [...operands]
    const text = o.priority ?? o.relative ?? words.shift()
    if (text === undefined || words.length === 0) throw new UsageError('not enough arguments')
    if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`invalid priority '${text}'`)
    const kind = order.findLast((name): name is Kind => name in PROCESSES) ?? 'pid'
    const accounts = await Accounts.read(sys)
    let status = 0
    for (const word of words) {
      const id = /^\d+$/.test(word) ? Number(word) : kind === 'user' ? accounts.uid(word) : undefined
      if (id === undefined) {
        await fail(kind === 'user' ? `unknown user ${word}` : `bad ${PROCESSES[kind]} value: ${word}`)
        status = 1
        continue
      }
      const found = members(sys, kind, id)
      const before = Math.min(...found.map(({ nice }) => nice))
      const wanted = Math.max(-20, Math.min(19, Number(text) + (o.relative === undefined ? 0 : before)))
      try {
        if (found.length === 0) throw ESRCH
        for (const { pid } of found) sys.setpriority(pid, wanted)
        await io.print(`${id} (${PROCESSES[kind]}) old priority ${before}, new priority ${wanted}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        const what = error === ESRCH ? 'get' : 'set'
        await fail(`failed to ${what} priority for ${id} (${PROCESSES[kind]}): ${error.message}`)
        status = 1
      }
    }
    return status
  },
})

/** `0,2-4` as a mask. @returns undefined for what is no list */
function cpuListMask(text: string): number | undefined {
  let mask = 0
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (from === undefined) return undefined
    for (let cpu = Number(from); cpu <= Number(to); cpu++) mask += 2 ** cpu
  }
  return mask
}

const listOf = (cpus: number): string => (cpus === 1 ? '0' : `0-${cpus - 1}`)

/** taskset: a process's processors. util-linux 2.38. */
export const taskset = defineProgram({
  name: 'util-linux/taskset',
  paths: ['/usr/bin/taskset'],
  covers: 'partial',
  lacks: ['a change of the affinity: turns are taken on all processors alike'],
  summary: "retrieve or set a process's CPU affinity",
  sizeBytes: 35_208,
  usage: 'taskset [options] [mask | cpu-list] [pid|cmd [args...]]',
  stopAtOperand: true,
  options: { list: flag('c', 'cpu-list'), pid: flag('p', 'pid'), all: flag('a', 'all-tasks') },
  async main({ sys, io, env, operands, options: o, fail }) {
    const { cpus } = sys.sysinfo()
    const words = [...operands]
    const given = o.pid && words.length === 1 ? undefined : words.shift()
    if (words.length === 0) throw new UsageError('bad usage')
    const mask = given === undefined ? 1 : o.list ? cpuListMask(given) : Number.parseInt(given.replace(/^0x/, ''), 16)
    if (mask === undefined || Number.isNaN(mask)) {
      await fail(`failed to parse CPU ${o.list ? 'list' : 'mask'}: ${given}`)
      return 1
    }
    if (mask % 2 ** cpus === 0) {
      await fail(`failed to set pid ${o.pid ? words[0] : sys.getpid()}'s affinity: Invalid argument`)
      return 1
    }
    if (!o.pid) return execOrFail(sys, words, env, (reason) => fail(`failed to execute ${words[0]}: ${reason}`))
    const pid = Number(words[0])
    if (!sys.processes().some((process) => process.pid === pid)) {
      await fail(`failed to get pid ${pid}'s affinity: No such process`)
      return 1
    }
    const shown = o.list ? listOf(cpus) : (2 ** cpus - 1).toString(16)
    const line = (when: string): string => `pid ${pid}'s ${when} affinity ${o.list ? 'list' : 'mask'}: ${shown}\n`
    await io.print(given === undefined ? line('current') : line('current') + line('new'))
    return 0
  },
})

const POLICIES: readonly (readonly [string, number, number])[] = [
  ['SCHED_OTHER', 0, 0],
  ['SCHED_FIFO', 1, 99],
  ['SCHED_RR', 1, 99],
  ['SCHED_BATCH', 0, 0],
  ['SCHED_IDLE', 0, 0],
  ['SCHED_DEADLINE', 0, 0],
]

/** chrt: real-time attributes of a process. util-linux 2.38. */
export const chrt = defineProgram({
  name: 'util-linux/chrt',
  paths: ['/usr/bin/chrt'],
  covers: 'partial',
  lacks: ['policies other than SCHED_OTHER: the kernel has that one'],
  summary: 'manipulate the real-time attributes of a process',
  sizeBytes: 35_064,
  usage: 'chrt [options] <priority> <command> [<arg>...]',
  stopAtOperand: true,
  options: {
    max: flag('m', 'max'),
    pid: flag('p', 'pid'),
    other: flag('o', 'other'),
    batch: flag('b', 'batch'),
    idle: flag('i', 'idle'),
    fifo: flag('f', 'fifo'),
    rr: flag('r', 'rr'),
  },
  async main({ sys, io, env, operands, options: o, fail }) {
    if (o.max) {
      for (const [name, min, max] of POLICIES) await io.print(`${name} min/max priority\t: ${min}/${max}\n`)
      return 0
    }
    if (o.pid && operands.length === 1) {
      const pid = Number(operands[0])
      if (pid !== 0 && !sys.processes().some((process) => process.pid === pid)) {
        await fail(`failed to get pid ${pid}'s policy: No such process`)
        return 1
      }
      await io.print(`pid ${pid}'s current scheduling policy: SCHED_OTHER\n`)
      await io.print(`pid ${pid}'s current scheduling priority: 0\n`)
      return 0
    }
    const [priority, ...command] = operands
    if (priority === undefined || command.length === 0) throw new UsageError('bad usage')
    if (!o.other && !o.batch && !o.idle) {
      await fail(`failed to set pid ${o.pid ? command[0] : sys.getpid()}'s policy: Operation not permitted`)
      return 1
    }
    if (o.pid) return 0
    return execOrFail(sys, command, env, (reason) => fail(`failed to execute ${command[0]}: ${reason}`))
  },
})
