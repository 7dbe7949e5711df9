import { defineProgram, flag, UsageError } from '@drydock/libc'

/** uname: print system information. GNU coreutils 9: -a leaves out what is unknown. */
export const uname = defineProgram({
  name: 'coreutils/uname',
  paths: ['/bin/uname'],
  covers: 'full',
  summary: 'print system information',
  sizeBytes: 43888,
  usage: 'uname [OPTION]...',
  options: {
    all: flag('a', 'all'),
    sysname: flag('s', 'kernel-name'),
    nodename: flag('n', 'nodename'),
    release: flag('r', 'kernel-release'),
    version: flag('v', 'kernel-version'),
    machine: flag('m', 'machine'),
    processor: flag('p', 'processor'),
    platform: flag('i', 'hardware-platform'),
    system: flag('o', 'operating-system'),
  },
  async main({ sys, io, options: o, operands }) {
    if (operands[0] !== undefined) throw new UsageError(`extra operand '${operands[0]}'`)
    const names = sys.uname()
    const none = Object.values(o).every((count) => count === 0)
    const parts = [
      o.all || o.sysname || none ? names.sysname : '',
      o.all || o.nodename ? names.nodename : '',
      o.all || o.release ? names.release : '',
      o.all || o.version ? names.version : '',
      o.all || o.machine ? names.machine : '',
      o.processor ? 'unknown' : '',
      o.platform ? 'unknown' : '',
      o.all || o.system ? 'GNU/Linux' : '',
    ]
    await io.print(`${parts.filter(Boolean).join(' ')}\n`)
    return 0
  },
})

/** arch: the machine's name. */
export const arch = defineProgram({
  name: 'coreutils/arch',
  paths: ['/usr/bin/arch'],
  covers: 'full',
  summary: 'print machine hardware name',
  usage: 'arch [OPTION]...',
  options: {},
  async main({ sys, io }) {
    await io.print(`${sys.uname().machine}\n`)
    return 0
  },
})

/** nproc: how many processors there are. */
export const nproc = defineProgram({
  name: 'coreutils/nproc',
  paths: ['/usr/bin/nproc'],
  covers: 'full',
  summary: 'print the number of processing units available',
  usage: 'nproc [OPTION]...',
  options: { all: flag('', 'all'), ignore: { kind: 'value', short: '', long: 'ignore' } },
  async main({ sys, io, options: o }) {
    await io.print(`${Math.max(1, sys.sysinfo().cpus - Number(o.ignore ?? 0))}\n`)
    return 0
  },
})
