import { isDirectory, isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile, writeFile } from '@drydock/libc'
import { uptimeLine } from './uptime.ts'

const ROOT = '/proc/sys'

function keysBelow(sys: Sys, folder: string): string[] {
  return sys
    .readdir(folder)
    .map(({ name }) => `${folder}/${name}`)
    .sort()
    .flatMap((path) => (isDirectory(sys.stat(path).mode) ? keysBelow(sys, path) : [path]))
}
const keyOf = (path: string): string => path.slice(ROOT.length + 1).replaceAll('/', '.')

/** sysctl: settings of the kernel below /proc/sys. procps-ng 4.0. */
export const sysctl = defineProgram({
  name: 'procps/sysctl',
  paths: ['/sbin/sysctl'],
  covers: 'partial',
  lacks: ['-p', '--system', '-r'],
  summary: 'configure kernel parameters at runtime',
  sizeBytes: 31136,
  usage: 'sysctl [options] [variable[=value] ...]',
  options: {
    all: flag('aA', 'all'),
    values: flag('n', 'values'),
    write: flag('w', 'write'),
    quiet: flag('q', 'quiet'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const words = o.all ? keysBelow(sys, ROOT).map(keyOf) : operands
    let status = 0
    for (const word of words) {
      const [key = ''] = word.split('=')
      const path = `${ROOT}/${key.trim().replaceAll('.', '/')}`
      try {
        if (word.includes('=')) await writeFile(sys, path, `${word.slice(key.length + 1).trim()}\n`)
        const text = (await readTextFile(sys, path)).trimEnd()
        if (!(o.quiet && word.includes('='))) await io.print(`${o.values ? '' : `${keyOf(path)} = `}${text}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        if (o.all) continue
        status = 1
        await fail(
          error.code === 'ENOENT'
            ? `cannot stat ${path}: ${error.message}`
            : error.code === 'EACCES' || error.code === 'EPERM'
              ? `permission denied on key "${keyOf(path)}"`
              : `setting key "${keyOf(path)}": ${error.message}`,
        )
      }
    }
    return status
  },
})

/** pwdx: the folders that processes work in. */
export const pwdx = defineProgram({
  name: 'procps/pwdx',
  paths: ['/usr/bin/pwdx'],
  covers: 'full',
  summary: 'report current working directory of a process',
  usage: 'pwdx [options] pid...',
  options: {},
  async main({ sys, io, operands }) {
    let status = 0
    for (const word of operands)
      try {
        await io.print(`${word}: ${sys.readlink(`/proc/${word.replace(/^\/proc\//, '')}/cwd`)}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`${word}: ${error.code === 'ENOENT' ? 'No such process' : error.message}\n`)
        status = 1
      }
    return status
  },
})

/** w: who is logged in; sessions here leave no record in utmp(5), so it is the title alone. */
export const w = defineProgram({
  name: 'procps/w',
  paths: ['/usr/bin/w'],
  covers: 'partial',
  lacks: ['rows of users'],
  summary: 'show who is logged on and what they are doing',
  usage: 'w [options] [user]',
  options: { noHeader: flag('h', 'no-header'), short: flag('s', 'short') },
  async main({ sys, io, options: o }) {
    if (o.noHeader) return 0
    await io.print(` ${uptimeLine(sys)}\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n`)
    return 0
  },
})
