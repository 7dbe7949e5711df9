import { isErrno, X_OK, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, value } from '@drydock/libc'

/** Names of other letters are left alone. run-parts(8) */
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/

function runnable(sys: Sys, path: string): boolean {
  try {
    if ((sys.stat(path).mode & 0o170000) !== 0o100000) return false
    sys.access(path, X_OK)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** run-parts: runs all programs of a folder, in the order of their names. debianutils 5. */
export const runParts = defineProgram({
  name: 'debianutils/run-parts',
  paths: ['/usr/bin/run-parts', '/bin/run-parts'],
  covers: 'partial',
  lacks: ['--regex, --lsbsysinit', '--new-session', 'the heads that --report puts above output'],
  summary: 'run scripts or programs in a directory',
  usage: 'run-parts [OPTION]... DIRECTORY',
  options: {
    test: flag('', 'test'),
    list: flag('', 'list'),
    verbose: flag('v', 'verbose'),
    report: flag('', 'report'),
    reverse: flag('', 'reverse'),
    exitOnError: flag('', 'exit-on-error'),
    umask: value('u', 'umask'),
    args: list('a', 'arg'),
  },
  async main({ sys, io, env, fail, operands, options: o }) {
    const [folder] = operands
    if (folder === undefined) {
      await fail('missing operand')
      await io.warn("Try 'run-parts --help' for more information.\n")
      return 1
    }
    let names: string[]
    try {
      names = sys.readdir(folder).map(({ name }) => name)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`failed to open directory ${folder}: ${error.message}`)
      return 1
    }
    const ordered = names.filter((name) => PLAIN_NAME.test(name)).sort()
    let failed = 0
    for (const name of o.reverse ? ordered.reverse() : ordered) {
      const path = `${folder}/${name}`
      if (!o.list && !runnable(sys, path)) continue
      if (o.test || o.list) {
        await io.print(`${path}\n`)
        continue
      }
      if (o.verbose) await io.warn(`run-parts: executing ${path}\n`)
      await io.out.flush()
      const pid = await sys.spawn(path, { argv: [path, ...o.args], env })
      const ended = await sys.wait(pid)
      const code = ended?.status.kind === 'exited' ? ended.status.code : 1
      if (code === 0) continue
      await fail(`${path} exited with return code ${code}`)
      failed = 1
      if (o.exitOnError) break
    }
    return failed
  },
})
