import { isErrno } from '@drydock/abi'
import { defineProgram, flag, list, UsageError, value } from '@drydock/libc'
import { execOrFail } from '../account/become.ts'
import { readLoginRecords, USER_PROCESS } from '../account/utmp.ts'
import { strftime } from '../format/strftime.ts'

/** last: who has logged in, from the records of wtmp. util-linux 2.38. */
export const last = defineProgram({
  name: 'util-linux/last',
  paths: ['/usr/bin/last'],
  covers: 'partial',
  lacks: ['when sessions ended', 'most options'],
  summary: 'show a listing of last logged in users',
  sizeBytes: 43800,
  usage: 'last [options] [<username>...] [<tty>...]',
  options: { file: value('f', 'file'), count: value('n', 'limit') },
  async main({ sys, io, operands, options: o, fail }) {
    const path = o.file ?? '/var/log/wtmp'
    let began: number
    try {
      began = sys.stat(path).mtimeMs
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot open ${path}: ${error.message}`)
      return 1
    }
    const records = (await readLoginRecords(sys, path)).filter((record) => record.type === USER_PROCESS).reverse()
    const shown = records.filter(
      ({ user, line }) => operands.length === 0 || operands.includes(user) || operands.includes(line),
    )
    for (const { user, line, host, timeMs } of shown.slice(0, o.count === undefined ? Infinity : Number(o.count)))
      await io.print(`${user.padEnd(8)} ${line.padEnd(12)} ${host.padEnd(16)} ${strftime('%a %b %e %H:%M', timeMs)}\n`)
    await io.print(`\nwtmp begins ${strftime('%a %b %e %H:%M:%S %Y', records.at(-1)?.timeMs ?? began)}\n`)
    return 0
  },
})

/** rename: change part of names. util-linux 2.38. */
export const rename = defineProgram({
  name: 'util-linux/rename',
  paths: ['/usr/bin/rename.ul'],
  covers: 'full',
  summary: 'rename files',
  sizeBytes: 22840,
  usage: 'rename [options] <expression> <replacement> <file>...',
  options: {
    verbose: flag('v', 'verbose'),
    symlink: flag('s', 'symlink'),
    noAct: flag('n', 'no-act'),
    all: flag('a', 'all'),
    last: flag('l', 'last'),
    noOverwrite: flag('o', 'no-overwrite'),
    interactive: flag('i', 'interactive'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [from, to, ...paths] = operands
    if (from === undefined || to === undefined || paths.length === 0) throw new UsageError('not enough arguments')
    let renamed = 0
    let failed = false
    for (const path of paths) {
      const folder = path.slice(0, path.lastIndexOf('/') + 1)
      const name = o.symlink ? sys.readlink(path) : path.slice(folder.length)
      const at = o.last ? name.lastIndexOf(from) : name.indexOf(from)
      if (at < 0) continue
      const changed = o.all ? name.replaceAll(from, () => to) : name.slice(0, at) + to + name.slice(at + from.length)
      const target = o.symlink ? changed : folder + changed
      try {
        if (o.verbose) await io.print(`\`${o.symlink ? `${path}' -> \`` : path}' -> \`${target}'\n`)
        if (!o.noAct && o.symlink) {
          sys.unlink(path)
          sys.symlink(target, path)
        } else if (!o.noAct) sys.rename(path, target)
        renamed++
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${path}: rename to ${target} failed: ${error.message}`)
        failed = true
      }
    }
    if (renamed === 0) return failed ? 1 : 4
    return failed ? 2 : 0
  },
})

/** ionice: the disk here has no queue to be nice in; the command is run. */
export const ionice = defineProgram({
  name: 'util-linux/ionice',
  paths: ['/usr/bin/ionice'],
  covers: 'partial',
  lacks: ['a change of the class: there is one queue only'],
  summary: 'set or get process I/O scheduling class and priority',
  sizeBytes: 30968,
  usage: 'ionice [options] <command>',
  stopAtOperand: true,
  options: {
    class: value('c', 'class'),
    data: value('n', 'classdata'),
    pid: list('p', 'pid'),
    ignore: flag('t', 'ignore'),
  },
  async main({ sys, io, env, operands, options: o, fail }) {
    if (o.pid.length || operands.length === 0) {
      await io.print('none: prio 0\n')
      return 0
    }
    return execOrFail(sys, operands, env, (reason) => fail(`failed to execute ${operands[0]}: ${reason}`))
  },
})
