import { ESPIPE, O_RDONLY, SEEK_SET, type Sys } from '@drydock/abi'
import { concat, defineProgram, flag, type ProgramContext, readAll, readFile, value } from '@drydock/libc'

const options = {
  plain: flag('p', 'postscript'),
  reverse: flag('r', 'revert'),
  bits: flag('b', 'bits'),
  include: flag('i', 'include'),
  upper: flag('u', 'uppercase'),
  autoskip: flag('a', 'autoskip'),
  columns: value('c', 'cols'),
  group: value('g', 'groupsize'),
  length: value('l', 'len'),
  skip: value('s', 'seek'),
}
type Context = ProgramContext<typeof options>

const printable = (byte: number): string => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')
const hexOf = (byte: number, upper: boolean): string => {
  const text = byte.toString(16).padStart(2, '0')
  return upper ? text.toUpperCase() : text
}

function dump(bytes: Uint8Array, offset: number, { options: o }: Context): string {
  const columns = Number(o.columns ?? (o.bits ? 6 : 16)) || 16
  const group = Number(o.group ?? (o.bits ? 1 : 2)) || columns
  const digits = (byte: number): string => (o.bits ? byte.toString(2).padStart(8, '0') : hexOf(byte, o.upper > 0))
  const unit = o.bits ? 8 : 2
  const width = columns * unit + Math.ceil(columns / group)
  let text = ''
  for (let at = 0; at < bytes.length; at += columns) {
    const line = bytes.subarray(at, at + columns)
    const cells = Array.from(line, (byte, i) => `${i > 0 && i % group === 0 ? ' ' : ''}${digits(byte)}`).join('')
    text += `${(offset + at).toString(16).padStart(8, '0')}: ${cells.padEnd(width)} ${Array.from(line, printable).join('')}\n`
  }
  return text
}

function plainDump(bytes: Uint8Array, { options: o }: Context): string {
  const columns = Number(o.columns ?? 30) || Math.max(1, bytes.length)
  let text = ''
  for (let at = 0; at < bytes.length; at += columns)
    text += `${Array.from(bytes.subarray(at, at + columns), (byte) => hexOf(byte, o.upper > 0)).join('')}\n`
  return text
}

/** A C array; with a file's name it gets a name of its own. */
function includeDump(bytes: Uint8Array, path: string | undefined, { options: o }: Context): string {
  const columns = Number(o.columns ?? 12) || 12
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += columns)
    lines.push(
      `  ${Array.from(bytes.subarray(at, at + columns), (byte) => `0x${hexOf(byte, o.upper > 0)}`).join(', ')}`,
    )
  const body = lines.length ? `${lines.join(',\n')}\n` : ''
  if (path === undefined) return body
  const name = path.replace(/[^A-Za-z0-9]/g, '_').replace(/^(?=\d)/, '__')
  return `unsigned char ${name}[] = {\n${body}};\nunsigned int ${name}_len = ${bytes.length};\n`
}

const fromHex = (text: string): number[] => (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))

/** The bytes that a dump describes. */
function revert(text: string, plain: boolean): Uint8Array {
  if (plain) return Uint8Array.from(fromHex(text.replace(/[^0-9a-fA-F]/g, '')))
  const bytes: number[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*([0-9a-fA-F]+):? ?((?: ?[0-9a-fA-F]{2})*)/.exec(line)
    if (!match) continue
    const offset = Number.parseInt(match[1] ?? '0', 16)
    while (bytes.length < offset) bytes.push(0)
    bytes.splice(offset, Infinity, ...fromHex((match[2] ?? '').replace(/ /g, '')))
  }
  return Uint8Array.from(bytes)
}

/** A piece of a file that may be a disk: what lies before and behind is not read. @returns undefined where nobody can seek */
async function partOf(sys: Sys, path: string, from: number, length: number): Promise<Uint8Array | undefined> {
  const fd = sys.open(path, O_RDONLY)
  try {
    sys.lseek(fd, from, SEEK_SET)
    const parts: Uint8Array[] = []
    for (let left = length; left > 0; ) {
      const bytes = await sys.read(fd, Math.min(left, 65_536))
      if (bytes.length === 0) break
      parts.push(bytes)
      left -= bytes.length
    }
    return concat(parts)
  } catch (error) {
    if (error === ESPIPE) return undefined
    throw error
  } finally {
    sys.close(fd)
  }
}

/** xxd: hex dump and back. xxd(1). */
export const xxd = defineProgram({
  name: 'xxd/xxd',
  paths: ['/usr/bin/xxd'],
  covers: 'partial',
  lacks: ['-e, -E, -a, -C, -o; patching a file with -r OUTFILE'],
  summary: 'make a hex dump or do the reverse',
  sizeBytes: 18_744,
  usage: 'xxd [options] [infile [outfile]]',
  options,
  async main(context) {
    const { options: o, operands, sys, io } = context
    const [path] = operands
    const named = path !== undefined && path !== '-'
    const [from, length] = [Number(o.skip ?? 0), o.length === undefined ? undefined : Number(o.length)]
    const part =
      named && !o.reverse && from >= 0 && length !== undefined ? await partOf(sys, path, from, length) : undefined
    const all = part ?? (named ? await readFile(sys, path) : await readAll(sys, 0))
    if (o.reverse) {
      await io.print(revert(new TextDecoder('latin1').decode(all), o.plain > 0))
      return 0
    }
    const skip = from < 0 ? Math.max(0, all.length + from) : from
    const bytes = part ?? all.subarray(skip, length === undefined ? undefined : skip + length)
    if (o.include) await io.print(includeDump(bytes, named ? path : undefined, context))
    else await io.print(o.plain ? plainDump(bytes, context) : dump(bytes, skip, context))
    return 0
  },
})
