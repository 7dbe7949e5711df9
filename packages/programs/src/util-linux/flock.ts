import {
  EAGAIN,
  EINTR,
  EISDIR,
  exitStatus,
  isErrno,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_CREAT,
  O_RDONLY,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { parseInterval } from '../coreutils/sleep.ts'
import { runCommand } from '../exec/run-command.ts'

const OPTIONS = {
  shared: flag('s', 'shared'),
  exclusive: flag('xe', 'exclusive'),
  unlock: flag('u', 'unlock'),
  nonBlock: flag('n', 'nonblock'),
  timeout: value('w', 'timeout'),
  status: value('E', 'conflict-exit-code'),
  close: flag('o', 'close'),
  command: value('c', 'command'),
  noFork: flag('F', 'no-fork'),
  verbose: flag('', 'verbose'),
}
type Context = ProgramContext<typeof OPTIONS>

/** sysexits(3), as the real one ends. */
const EX_DATAERR = 65
const EX_NOINPUT = 66
const EX_OSERR = 71
const EX_NOT_RUN = 69

/** flock: a lock on a file while a command runs, or on a descriptor of the caller's for as long as it is open. util-linux 2.38. */
export const flock = defineProgram({
  name: 'util-linux/flock',
  paths: ['/usr/bin/flock'],
  covers: 'full',
  summary: 'manage locks from shell scripts',
  sizeBytes: 35208,
  usage: 'flock [options] <file>|<directory> <command> [<argument>...]\n flock [options] <file descriptor number>',
  usageStatus: 64,
  stopAtOperand: true,
  options: OPTIONS,
  async main(context) {
    const { sys, env, operands, options: o, fail } = context
    const [target, ...rest] = operands
    if (target === undefined) throw new UsageError('not enough arguments')
    const words = o.command ?? (rest[0] === '-c' ? rest[1] : undefined)
    const command = words === undefined ? rest : [env.get('SHELL') ?? '/bin/sh', '-c', words]
    const fd = command.length === 0 ? descriptor(sys, target) : openLockFile(sys, target)
    if (typeof fd === 'string') {
      await fail(fd)
      return command.length === 0 ? EX_DATAERR : EX_NOINPUT
    }
    const conflict = await lock(context, fd)
    if (conflict !== undefined) return conflict
    if (command.length === 0) return 0
    const outcome = await runCommand(sys, command, env, o.close ? { cloexec: [fd] } : {})
    if (outcome.kind === 'ended') return exitStatus(outcome.result.status)
    await fail(`failed to execute ${command[0]}: ${outcome.message}`)
    return EX_NOT_RUN
  },
})

/** @returns the descriptor, or what is wrong */
function descriptor(sys: Sys, word: string): number | string {
  if (!/^\d+$/.test(word)) throw new UsageError(`bad file descriptor: '${word}'`)
  return sys.openFds().includes(Number(word)) ? Number(word) : `${word}: Bad file descriptor`
}

function openLockFile(sys: Sys, path: string): number | string {
  try {
    return sys.open(path, O_RDONLY | O_CREAT, 0o666)
  } catch (error) {
    if (error === EISDIR) return sys.open(path, O_RDONLY)
    if (isErrno(error)) return `cannot open lock file ${path}: ${error.message}`
    throw error
  }
}

/** @returns the status to end with when it was not to be had */
async function lock({ sys, io, options: o, fail }: Context, fd: number): Promise<number | undefined> {
  const kind = o.unlock ? LOCK_UN : o.shared ? LOCK_SH : LOCK_EX
  const conflict = Number(o.status ?? 1)
  const seconds = o.timeout === undefined ? undefined : parseInterval(o.timeout)
  const start = sys.clock.monotonic()
  try {
    if (o.nonBlock || seconds === 0) await sys.flock(fd, kind | LOCK_NB)
    else await withTimeout(sys, Promise.resolve(sys.flock(fd, kind)), seconds)
  } catch (error) {
    if (error !== EAGAIN && error !== EINTR) {
      if (!isErrno(error)) throw error
      await fail(`${fd}: ${error.message}`)
      return EX_OSERR
    }
    if (o.verbose)
      await io.warn(`flock: ${seconds === undefined ? 'failed to get lock' : 'timeout while waiting to get lock'}\n`)
    return conflict
  }
  const taken = ((sys.clock.monotonic() - start) / 1000).toFixed(6)
  if (o.verbose) await io.print(`flock: getting lock took ${taken} seconds\n`)
  return undefined
}

function withTimeout(sys: Sys, locking: Promise<void>, ms: number | undefined): Promise<void> {
  if (ms === undefined) return locking
  return new Promise((resolve, reject) => {
    const timer = sys.clock.after(ms, () => reject(EINTR))
    locking.then(resolve, reject).finally(() => timer.cancel())
  })
}
