import { defineProgram, flag, readAll } from '@drydock/libc'
import { eachInput } from '../text/input.ts'

/** 16 bits, rotated to the right before each byte is added: BSD's. */
function bsdSum(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum = (((sum >> 1) | ((sum & 1) << 15)) + byte) & 0xffff
  return sum
}

/** The bytes added up, the carries folded in: System V's. */
function systemVSum(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum += byte
  const folded = (sum & 0xffff) + ((sum / 65536) & 0xffff)
  return (folded & 0xffff) + (folded >> 16)
}

/** sum: checksum and count the blocks in a file. GNU coreutils 9. */
export const sum = defineProgram({
  name: 'coreutils/sum',
  paths: ['/usr/bin/sum'],
  covers: 'full',
  summary: 'checksum and count the blocks in a file',
  usage: 'sum [OPTION]... [FILE]...',
  options: { bsd: flag('r'), systemV: flag('s', 'sysv') },
  async main(context) {
    const { io, sys, operands, options: o } = context
    const good = await eachInput(context, operands, async (fd, path) => {
      const bytes = await readAll(sys, fd)
      const name = operands.length > 0 ? ` ${path}` : ''
      const blocks = Math.ceil(bytes.length / (o.systemV ? 512 : 1024))
      await io.print(
        o.systemV
          ? `${systemVSum(bytes)} ${blocks}${name}\n`
          : `${String(bsdSum(bytes)).padStart(5, '0')} ${String(blocks).padStart(5)}${name}\n`,
      )
    })
    return good ? 0 : 1
  },
})
