import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile } from '@drydock/libc'
import { capabilityText } from './capability-text.ts'

async function setsOf(sys: Sys, pid: string): Promise<string> {
  const status = await readTextFile(sys, `/proc/${pid}/status`)
  const mask = (name: string): number =>
    Number.parseInt(new RegExp(`^${name}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '0', 16)
  return capabilityText({ effective: mask('CapEff'), inheritable: mask('CapInh'), permitted: mask('CapPrm') })
}

/** getpcaps: the capabilities of processes. libcap 2.66. */
export const getpcaps = defineProgram({
  name: 'libcap/getpcaps',
  paths: ['/usr/sbin/getpcaps'],
  covers: 'partial',
  lacks: ['--ugly, --legacy, --iab'],
  summary: 'display process capabilities',
  sizeBytes: 14_408,
  usage: 'getpcaps <pid> [<pid> ...]',
  options: {},
  async main({ sys, io, operands, fail }) {
    let status = 0
    for (const pid of operands)
      try {
        await io.print(`${pid}: ${await setsOf(sys, pid)}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`Failed to get cap's for process ${pid}: (No such process)`)
        status = 1
      }
    return status
  },
})

/** getcap: no file here has capabilities of its own. libcap 2.66. */
export const getcap = defineProgram({
  name: 'libcap/getcap',
  paths: ['/usr/sbin/getcap'],
  covers: 'partial',
  lacks: ['capabilities of files'],
  summary: 'examine file capabilities',
  sizeBytes: 14_408,
  usage: 'getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]',
  options: { names: flag('n'), recursive: flag('r'), verbose: flag('v'), help: flag('h'), licence: flag('l') },
  async main({ sys, io, operands, options: o }) {
    for (const path of operands)
      try {
        sys.stat(path)
        if (o.verbose) await io.print(`${path}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`${path} (${error.message})\n`)
      }
    return 0
  },
})

/** setcap: the disk keeps no extended attributes. libcap 2.66. */
export const setcap = defineProgram({
  name: 'libcap/setcap',
  paths: ['/usr/sbin/setcap'],
  covers: 'partial',
  lacks: ['capabilities of files: it fails as on a disk without extended attributes'],
  summary: 'set file capabilities',
  sizeBytes: 14_408,
  usage: 'setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]',
  options: { quiet: flag('q'), verify: flag('v'), remove: flag('r'), help: flag('h') },
  async main({ sys, io, operands }) {
    const path = operands.at(-1) ?? ''
    let reason = 'Operation not supported'
    try {
      sys.stat(path)
    } catch (error) {
      if (!isErrno(error)) throw error
      reason = error.message
    }
    await io.warn(`Failed to set capabilities on file '${path}': ${reason}\n`)
    return 1
  },
})
