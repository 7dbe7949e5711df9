import { isErrno, parseSignal, type ProcessInfo, type Program, SIGTERM } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { withArgv } from '../package-version.ts'
import { compileRegex, RegexError } from '../regex/posix.ts'

const options = {
  count: flag('c', 'count'),
  delimiter: value('d', 'delimiter'),
  full: flag('f', 'full'),
  group: list('g', 'pgroup'),
  ignoreCase: flag('i', 'ignore-case'),
  listName: flag('l', 'list-name'),
  listFull: flag('a', 'list-full'),
  newest: flag('n', 'newest'),
  oldest: flag('o', 'oldest'),
  parent: list('P', 'parent'),
  session: list('s', 'session'),
  terminal: list('t', 'terminal'),
  euid: list('u', 'euid'),
  uid: list('U', 'uid'),
  inverse: flag('v', 'inverse'),
  exact: flag('x', 'exact'),
  echo: flag('e', 'echo'),
  signal: value('', 'signal'),
}
type Context = ProgramContext<typeof options>

const split = (words: readonly string[]): string[] => words.flatMap((word) => word.split(','))

async function chosen(context: Context): Promise<ProcessInfo[]> {
  const { options: o, sys, operands } = context
  const accounts = await Accounts.read(sys)
  const regex =
    operands[0] === undefined
      ? undefined
      : compileRegex(o.exact ? `^(${operands[0]})$` : operands[0], 'extended', { ignoreCase: o.ignoreCase > 0 })
  const users = split([...o.euid, ...o.uid]).map((name) => accounts.uid(name))
  const among = (words: readonly string[], value: string | number): boolean =>
    words.length === 0 || split(words).includes(String(value))
  const matches = (p: ProcessInfo): boolean =>
    (!regex || regex.test(o.full ? p.argv.join(' ') : p.comm)) &&
    among(o.parent, p.ppid) &&
    among(o.group, p.pgid) &&
    among(o.session, p.sid) &&
    among(o.terminal, p.tty) &&
    (users.length === 0 || users.includes(p.uid))
  const found = sys.processes().filter((p) => p.pid !== sys.getpid() && matches(p) !== o.inverse > 0)
  const byAge = found.toSorted((a, b) => a.startTimeMs - b.startTimeMs || a.pid - b.pid)
  if (o.newest) return byAge.slice(-1)
  return o.oldest ? byAge.slice(0, 1) : found.toSorted((a, b) => a.pid - b.pid)
}

async function usage({ io, name }: Context): Promise<number> {
  await io.warn(`${name}: no matching criteria specified\nTry \`${name} --help' for more information.\n`)
  return 2
}
const criteria = ({ options: o, operands }: Context): boolean =>
  operands.length > 0 || [o.parent, o.group, o.session, o.terminal, o.euid, o.uid].some((each) => each.length > 0)

async function select(context: Context): Promise<ProcessInfo[] | undefined> {
  try {
    return await chosen(context)
  } catch (error) {
    if (!(error instanceof RegexError)) throw error
    await context.fail(`${error.message}: ${context.operands[0]}`)
    return undefined
  }
}

/** pgrep: find processes by name. procps-ng 4.0. */
export const pgrep = defineProgram({
  name: 'procps/pgrep',
  paths: ['/usr/bin/pgrep'],
  covers: 'partial',
  lacks: ['--ns', '--cgroup', '-F', '-A'],
  summary: 'look up processes based on name and other attributes',
  sizeBytes: 35280,
  usage: 'pgrep [options] <pattern>',
  usageStatus: 2,
  options,
  async main(context) {
    const { options: o, io } = context
    if (!criteria(context)) return usage(context)
    const found = await select(context)
    if (!found) return 2
    const show = (p: ProcessInfo): string =>
      o.listFull ? `${p.pid} ${p.argv.join(' ')}` : o.listName ? `${p.pid} ${p.comm}` : String(p.pid)
    if (o.count) await io.print(`${found.length}\n`)
    else if (found.length) await io.print(`${found.map(show).join(o.delimiter ?? '\n')}\n`)
    return found.length ? 0 : 1
  },
})

/** The first word that looks like a signal is one: `pkill -9`, `pkill -HUP`. */
const signalWord = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, i) =>
    i === 0 && /^-([A-Z]{3,}|\d+)/.test(word) && parseSignal(word.slice(1)) !== undefined
      ? ['--signal', word.slice(1)]
      : [word],
  )

/** pkill: signal processes by name. */
export const pkill: Program = withArgv(
  defineProgram({
    name: 'procps/pkill',
    paths: ['/usr/bin/pkill'],
    covers: 'partial',
    lacks: ['--ns', '--cgroup', '-F'],
    summary: 'signal processes based on name and other attributes',
    sizeBytes: 35280,
    usage: 'pkill [options] <pattern>',
    usageStatus: 2,
    options,
    async main(context) {
      const { options: o, sys, io } = context
      if (!criteria(context)) return usage(context)
      const signal = o.signal === undefined ? SIGTERM : parseSignal(o.signal)
      const found = await select(context)
      if (!found || signal === undefined) return 2
      let sent = 0
      for (const p of found)
        try {
          sys.kill(p.pid, signal)
          sent++
          if (o.echo) await io.print(`${p.comm} killed (pid ${p.pid})\n`)
        } catch (error) {
          if (!isErrno(error)) throw error
          await context.fail(`killing pid ${p.pid} failed: ${error.message}`)
        }
      return sent ? 0 : 1
    },
  }),
  signalWord,
)

/** killall: signal processes by their exact names. psmisc 23. */
export const killall: Program = withArgv(
  defineProgram({
    name: 'psmisc/killall',
    paths: ['/usr/bin/killall'],
    covers: 'partial',
    lacks: ['-g', '-o', '-y', '-Z'],
    summary: 'kill processes by name',
    usage: 'killall [OPTION]... [--] NAME...',
    options: {
      signal: value('s', 'signal'),
      quiet: flag('q', 'quiet'),
      verbose: flag('v', 'verbose'),
      exact: flag('e', 'exact'),
      ignoreCase: flag('I', 'ignore-case'),
      wait: flag('w', 'wait'),
      interactive: flag('i', 'interactive'),
      regexp: flag('r', 'regexp'),
      user: value('u', 'user'),
    },
    async main({ options: o, operands, sys, io, name }) {
      const signal = o.signal === undefined ? SIGTERM : parseSignal(o.signal)
      if (signal === undefined) {
        await io.warn(`${o.signal}: unknown signal; ${name} -l lists signals.\n`)
        return 1
      }
      let status = operands.length ? 0 : 1
      for (const wanted of operands) {
        const found = sys
          .processes()
          .filter(
            (p) =>
              p.pid !== sys.getpid() &&
              (o.regexp ? compileRegex(wanted, 'extended').test(p.comm) : p.comm === wanted.slice(0, 15)),
          )
        for (const p of found)
          try {
            sys.kill(p.pid, signal)
            if (o.verbose) await io.warn(`Killed ${p.comm}(${p.pid}) with signal ${signal}\n`)
          } catch (error) {
            if (!isErrno(error)) throw error
            await io.warn(`${p.comm}(${p.pid}): ${error.message}\n`)
            status = 1
          }
        if (found.length) continue
        if (!o.quiet) await io.warn(`${wanted}: no process found\n`)
        status = 1
      }
      return status
    },
  }),
  (words) =>
    words.flatMap((word, i) => (i === 0 && /^-([A-Z]{3,}|\d+)$/.test(word) ? ['--signal', word.slice(1)] : [word])),
)

/** pidof: the pids of a program. */
export const pidof = defineProgram({
  name: 'procps/pidof',
  paths: ['/bin/pidof'],
  covers: 'partial',
  lacks: ['-x', '-c'],
  summary: 'find the process ID of a running program',
  usage: 'pidof [options] [program [...]]',
  options: {
    single: flag('s', 'single-shot'),
    separator: value('S', 'separator'),
    quiet: flag('q'),
    omit: list('o', 'omit-pid'),
    x: flag('x'),
  },
  async main({ operands, options: o, sys, io }) {
    const omitted = new Set(split(o.omit))
    const pids = sys
      .processes()
      .filter(
        (p) =>
          operands.some((name) => p.comm === name || p.argv[0] === name || p.argv[0]?.split('/').pop() === name) &&
          !omitted.has(String(p.pid)),
      )
      .map((p) => p.pid)
      .reverse()
    if (pids.length === 0) return 1
    if (!o.quiet) await io.print(`${(o.single ? pids.slice(0, 1) : pids).join(o.separator ?? ' ')}\n`)
    return 0
  },
})
