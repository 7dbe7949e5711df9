import { isDirectory, isErrno, X_OK } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'

/** which: where commands are found by PATH. Debian's debianutils. */
export const which = defineProgram({
  name: 'debianutils/which',
  paths: ['/usr/bin/which'],
  covers: 'full',
  summary: 'locate a command',
  sizeBytes: 946,
  usage: 'which [-as] args',
  options: { all: flag('a'), silent: flag('s') },
  async main({ operands, options: o, sys, io, env }) {
    let status = operands.length ? 0 : 1
    for (const name of operands) {
      const candidates = name.includes('/')
        ? [name]
        : (env.get('PATH') ?? '').split(':').map((folder) => `${folder || '.'}/${name}`)
      const found = candidates.filter((path) => {
        try {
          sys.access(path, X_OK)
          return !isDirectory(sys.stat(path).mode)
        } catch (error) {
          if (isErrno(error)) return false
          throw error
        }
      })
      if (found.length === 0) status = 1
      if (!o.silent) for (const path of o.all ? found : found.slice(0, 1)) await io.print(`${path}\n`)
    }
    return status
  },
})
