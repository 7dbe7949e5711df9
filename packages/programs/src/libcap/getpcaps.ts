import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, readTextFile } from '@drydock/libc'
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
