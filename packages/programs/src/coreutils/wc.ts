import { isErrno, isRegular } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readTextFile, value } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { displayWidth } from '../text/width.ts'

interface Counts {
  lines: number
  words: number
  chars: number
  bytes: number
  longest: number
}
const KEYS = ['lines', 'words', 'chars', 'bytes', 'longest'] as const

const options = {
  bytes: flag('c', 'bytes'),
  chars: flag('m', 'chars'),
  lines: flag('l', 'lines'),
  longest: flag('L', 'max-line-length'),
  words: flag('w', 'words'),
  filesFrom: value('', 'files0-from'),
}
type Context = ProgramContext<typeof options>

const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)

async function count({ sys, options: o }: Context, fd: number): Promise<Counts> {
  const counts: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, longest: 0 }
  const linesOnly = o.lines + o.bytes > 0 && o.words + o.chars + o.longest === 0
  let inWord = false
  let tail = ''
  for (;;) {
    const got = sys.read(fd, 65536)
    const bytes = got instanceof Promise ? await got : got
    if (bytes.length === 0) break
    counts.bytes += bytes.length
    if (linesOnly) {
      if (o.lines) counts.lines += newlines(bytes)
      continue
    }
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === 10) counts.lines++
      if ((byte & 0xc0) !== 0x80) counts.chars++
      const blank = isBlank(byte)
      if (!blank && !inWord) counts.words++
      inWord = !blank
    }
    if (o.longest) tail = longestLine(counts, tail + decodeText(bytes))
  }
  counts.longest = Math.max(counts.longest, columns(tail))
  return counts
}

function newlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) count++
  return count
}

const columns = (line: string): number => {
  let width = 0
  for (const part of line.split(/(\t)/)) width = part === '\t' ? width + 8 - (width % 8) : width + displayWidth(part)
  return width
}
function longestLine(counts: Counts, text: string): string {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) counts.longest = Math.max(counts.longest, columns(line))
  return rest
}

/** GNU's columns are as wide as the sum of the sizes of all files; 7 where a size is not known before. Busybox's are always 9. */
function numberWidth({ sys, operands, flavour }: Context, columnsShown: number): number {
  if (operands.length <= 1 && columnsShown === 1) return 1
  if (flavour === 'busybox') return 9
  let total = 0
  let minimum = 1
  for (const path of operands.length ? operands : ['-'])
    try {
      const stat = path === '-' ? sys.fstat(0) : sys.stat(path)
      if (isRegular(stat.mode)) total += stat.size
      else minimum = 7
    } catch (error) {
      // A file that is missing is reported when its turn comes.
      if (!isErrno(error)) throw error
    }
  return Math.max(minimum, String(total).length)
}

/** wc: count newlines, words and bytes. POSIX.1-2024 wc; column widths as GNU coreutils 9. */
export const wc = defineProgram({
  name: 'coreutils/wc',
  paths: ['/usr/bin/wc'],
  covers: 'partial',
  lacks: ['--total'],
  summary: 'print newline, word, and byte counts for each file',
  sizeBytes: 47928,
  usage: 'wc [OPTION]... [FILE]...',
  options,
  async main(given) {
    const { options: o, io, sys } = given
    const listed = o.filesFrom === undefined ? undefined : await readTextFile(sys, o.filesFrom)
    const operands = listed === undefined ? given.operands : listed.split('\0').filter((name) => name !== '')
    const context = { ...given, operands }
    const asked = KEYS.filter((key) => o[key] > 0)
    const shown = asked.length ? asked : (['lines', 'words', 'bytes'] as const)
    const width = numberWidth(context, shown.length)
    const total: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, longest: 0 }
    const print = async (counts: Counts, name: string): Promise<void> => {
      const numbers = shown.map((key) => String(counts[key]).padStart(width)).join(' ')
      await io.print(`${numbers}${name ? ` ${name}` : ''}\n`)
    }
    const good = await eachInput(context, operands, async (fd, path) => {
      const counts = await count(context, fd)
      for (const key of KEYS)
        total[key] = key === 'longest' ? Math.max(total[key], counts[key]) : total[key] + counts[key]
      await print(counts, operands.length ? path : '')
    })
    if (operands.length > 1) await print(total, 'total')
    return good ? 0 : 1
  },
})
