import { defineProgram, flag, readAll, UsageError, value } from '@drydock/libc'
import { decodeLatin1 } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'

const RADIX = new Map([
  ['d', 10],
  ['o', 8],
  ['x', 16],
])

/** strings: runs of printable characters. GNU binutils strings. */
export const strings = defineProgram({
  name: 'binutils/strings',
  paths: ['/usr/bin/strings'],
  covers: 'partial',
  lacks: ['-e, -T, -U'],
  summary: 'print the sequences of printable characters in files',
  sizeBytes: 34_288,
  usage: 'strings [option(s)] [file(s)]',
  options: {
    all: flag('a', 'all'),
    name: flag('f', 'print-file-name'),
    length: value('n', 'bytes'),
    radix: value('t', 'radix'),
    octal: flag('o'),
  },
  async main(context) {
    const { options: o, operands, io, sys } = context
    const least = Number(o.length ?? 4)
    if (!Number.isInteger(least) || least < 1) throw new UsageError(`invalid minimum string length ${o.length}`)
    const radix = o.octal ? 8 : RADIX.get(o.radix ?? '')
    const good = await eachInput(
      context,
      operands,
      async (fd, path) => {
        const text = decodeLatin1(await readAll(sys, fd))
        for (const { index, 0: run } of text.matchAll(new RegExp(`[\\t\\x20-\\x7e]{${least},}`, 'g'))) {
          const offset = radix === undefined ? '' : `${index.toString(radix).padStart(7)} `
          await io.print(`${o.name ? `${path === '-' ? '{standard input}' : path}: ` : ''}${offset}${run}\n`)
        }
      },
      (path, reason) => (reason === 'No such file or directory' ? `'${path}': No such file` : `${path}: ${reason}`),
    )
    return good ? 0 : 1
  },
})
