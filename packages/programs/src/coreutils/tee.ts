import { isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, SIGINT } from '@drydock/abi'
import { defineProgram, flag, optional, writeAll } from '@drydock/libc'

/** tee: copy input to files and output. GNU coreutils 9 tee. */
export const tee = defineProgram({
  name: 'coreutils/tee',
  paths: ['/usr/bin/tee'],
  covers: 'full',
  summary: 'read from standard input and write to standard output and files',
  sizeBytes: 43984,
  usage: 'tee [OPTION]... [FILE]...',
  options: {
    append: flag('a', 'append'),
    ignoreInterrupts: flag('i', 'ignore-interrupts'),
    p: flag('p'),
    outputError: optional('', 'output-error'),
  },
  async main({ sys, operands, options: o, fail }) {
    if (o.ignoreInterrupts) sys.sigaction(SIGINT, 'SIG_IGN')
    const fds = [1]
    let status = 0
    for (const path of operands)
      try {
        fds.push(sys.open(path, O_WRONLY | O_CREAT | (o.append ? O_APPEND : O_TRUNC), 0o666))
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${path}: ${error.message}`)
        status = 1
      }
    for (;;) {
      const bytes = await sys.read(0, 65536)
      if (bytes.length === 0) return status
      for (const fd of fds) await writeAll(sys, fd, bytes)
    }
  },
})
