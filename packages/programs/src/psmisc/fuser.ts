import { isErrno, parseSignal, SIGKILL, type Stat, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { withArgv } from '../package-version.ts'
import { readMounts } from '../util-linux/mounts.ts'
import { type OpenEntry, openEntries } from './open-files.ts'

const options = {
  all: flag('a', 'all'),
  kill: flag('k', 'kill'),
  signal: value('', 'signal'),
  mount: flag('mc', 'mount'),
  space: value('n', 'namespace'),
  silent: flag('s', 'silent'),
  user: flag('u', 'user'),
  verbose: flag('v', 'verbose'),
  list: flag('l', 'list-signals'),
  version: flag('V', 'version'),
  writers: flag('w', 'writeonly'),
  ask: flag('i', 'interactive'),
  inode: flag('I', 'inode'),
  isMount: flag('M', 'ismountpoint'),
  ipv4: flag('4', 'ipv4'),
  ipv6: flag('6', 'ipv6'),
}
type Context = ProgramContext<typeof options>

/** What stands behind a process: c the working directory, r the root, e the program, f an open file. */
const LETTERS = new Map([
  ['cwd', 'c'],
  ['rtd', 'r'],
  ['txt', 'e'],
])
const letterOf = ({ fd, access }: OpenEntry): string => LETTERS.get(fd) ?? (access === 'r' ? 'f' : 'F')

type Test = (entry: OpenEntry) => boolean

/** `80/tcp`, or a number with -n tcp: the sockets with that local port. */
function portTest(sys: Sys, name: string, space: string | undefined): Test | undefined {
  const [, port, proto = space] = /^(\d+)(?:\/(tcp|udp))?$/.exec(name) ?? []
  if (port === undefined || (proto !== 'tcp' && proto !== 'udp')) return undefined
  const sockets = sys.netlink({ op: 'socket-list' })
  const links = new Set(
    sockets
      .filter((each) => each.proto === proto && each.localPort === Number(port))
      .map(({ ino }) => `socket:[${ino}]`),
  )
  return ({ link }) => links.has(link)
}

function fileTest({ options: o, sys }: Context, path: string): Test {
  const target: Stat = sys.stat(path)
  return ({ stat }) => stat !== undefined && stat.dev === target.dev && (o.mount > 0 || stat.ino === target.ino)
}

interface User {
  readonly pid: number
  readonly uid: number
  readonly comm: string
  readonly letters: ReadonlySet<string>
}

function usersOf(entries: readonly OpenEntry[], test: Test): User[] {
  const users = new Map<number, { pid: number; uid: number; comm: string; letters: Set<string> }>()
  for (const entry of entries.filter(test)) {
    const { pid, uid, comm } = entry.process
    const user = users.get(pid) ?? { pid, uid, comm, letters: new Set<string>() }
    user.letters.add(letterOf(entry))
    users.set(pid, user)
  }
  return [...users.values()]
}

/** In the columns of `ACCESS`: F or f, r, c, e, m. */
const access = (letters: ReadonlySet<string>): string =>
  [letters.has('F') ? 'F' : 'f', 'r', 'c', 'e', 'm'].map((letter) => (letters.has(letter) ? letter : '.')).join('')

async function confirmed({ sys, io }: Context, pid: number, comm: string): Promise<boolean> {
  await io.warn(`Kill process ${pid} (${comm}) ? (y/N) `)
  const answer = await sys.readUntil(0, 10, 80)
  return /^[yY]/.test(new TextDecoder().decode(answer))
}

const SIGNALS = `HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT
CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS
`

async function main(context: Context): Promise<number> {
  const { sys, io, operands, options: o, name } = context
  if (o.list) {
    await io.print(SIGNALS)
    return 0
  }
  if (o.version) {
    await io.warn('fuser (PSmisc) 23.6\n')
    return 0
  }
  if (operands.length === 0) {
    await io.warn(
      `No process specification given\nUsage: ${name} [-fIMuvw] [-a|-s] [-4|-6] [-c|-m|-n SPACE]\n             [-k [-i] [-SIGNAL]] NAME...\n`,
    )
    return 1
  }
  const accounts = await Accounts.read(sys)
  const entries: OpenEntry[] = []
  for (const process of sys.processes()) entries.push(...(await openEntries(sys, process)))
  let found = 0
  let headed = false
  for (const operand of operands) {
    let test: Test
    try {
      test = portTest(sys, operand, o.space) ?? fileTest(context, operand)
      if (o.isMount && !(await readMounts(sys)).some(({ target }) => target === sys.realpath(operand))) continue
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`Specified filename ${operand} does not exist.\n`)
      continue
    }
    const users = usersOf(entries, test).filter(({ pid }) => pid !== sys.getpid())
    if (users.length === 0 && !o.all) continue
    found += users.length
    if (!o.silent && o.verbose) {
      if (!headed) await io.warn(`${' '.repeat(21)}USER        PID ACCESS COMMAND\n`)
      headed = true
      for (const [at, { pid, uid, comm, letters }] of users.entries()) {
        const long = operand.length >= 20
        if (at === 0 && long) await io.warn(`${operand}:\n`)
        const label = (at === 0 && !long ? `${operand}:` : '').padEnd(21)
        await io.warn(label + (accounts.userName(uid) ?? String(uid)).padEnd(8))
        await io.print(` ${String(pid).padStart(5)}`)
        await io.out.flush()
        await io.warn(` ${access(letters)} ${comm}\n`)
      }
    } else if (!o.silent) {
      await io.warn(`${`${operand}:`.padEnd(21)}`)
      for (const { pid, letters, uid } of users) {
        await io.print(` ${String(pid).padStart(5)}`)
        await io.out.flush()
        const plain = [...letters].filter((letter) => !'fF'.includes(letter)).join('')
        await io.warn(plain + (o.user ? `(${accounts.userName(uid) ?? uid})` : ''))
      }
      await io.warn('\n')
    }
    for (const { pid, comm, letters } of o.kill ? users : []) {
      if (o.writers && !letters.has('F')) continue
      if (o.ask && !(await confirmed(context, pid, comm))) continue
      sys.kill(pid, (o.signal && parseSignal(o.signal)) || SIGKILL)
    }
  }
  return found > 0 ? 0 : 1
}

const program = defineProgram({
  name: 'psmisc/fuser',
  paths: ['/usr/bin/fuser'],
  covers: 'partial',
  lacks: ['-4 and -6', 'peers in the names of sockets'],
  summary: 'identify processes using files or sockets',
  sizeBytes: 39_784,
  usage: 'fuser [-fIMuvw] [-a|-s] [-4|-6] [-c|-m|-n SPACE] [-k [-i] [-SIGNAL]] NAME...',
  options,
  main,
})

/** fuser: who uses a file or a port. psmisc 23.6; `-TERM` is the signal of -k. */
export const fuser = withArgv(program, (words) =>
  words.flatMap((word) => (/^-(?:\d+|(?:SIG)?[A-Z]{2,})$/.test(word) ? ['--signal', word.slice(1)] : [word])),
)
