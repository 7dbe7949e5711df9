import { defineProgram, flag, UsageError } from '@drydock/libc'

const CLASSES = new Map<string, (c: number) => boolean>([
  ['alnum', (c) => /[A-Za-z0-9]/.test(String.fromCharCode(c)) && c < 128],
  ['alpha', (c) => /[A-Za-z]/.test(String.fromCharCode(c)) && c < 128],
  ['blank', (c) => c === 32 || c === 9],
  ['cntrl', (c) => c < 32 || c === 127],
  ['digit', (c) => c >= 48 && c <= 57],
  ['graph', (c) => c > 32 && c < 127],
  ['lower', (c) => c >= 97 && c <= 122],
  ['print', (c) => c >= 32 && c < 127],
  ['punct', (c) => c > 32 && c < 127 && !/[A-Za-z0-9]/.test(String.fromCharCode(c))],
  ['space', (c) => c === 32 || (c >= 9 && c <= 13)],
  ['upper', (c) => c >= 65 && c <= 90],
  ['xdigit', (c) => /[0-9A-Fa-f]/.test(String.fromCharCode(c)) && c < 128],
])
const ESCAPES = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
])

interface ByteSet {
  readonly bytes: number[]
  /** Where `[x*]` stands, to be stretched to the length of the first set. */
  fill: { at: number; byte: number } | undefined
  /** Letters' classes in their places: upper and lower may be paired. */
  readonly caseClasses: string[]
}

const CLASS = /^\[:([a-z]+):\]/
const EQUIVALENT = /^\[=([\s\S])=\]/
const REPEAT = /^\[(\\[0-7]{1,3}|\\?[\s\S])\*(\d*)\]/

class TrError extends Error {}

/** One character, escapes worked out. @returns its byte and how much of the text it took */
function character(text: string): [number, number] {
  const octal = /^\\([0-7]{1,3})/.exec(text)
  if (octal) return [Number.parseInt(octal[1] ?? '0', 8) & 255, octal[0].length]
  if (text.startsWith('\\') && text.length > 1) return [ESCAPES.get(text.charAt(1)) ?? text.charCodeAt(1), 2]
  return [text.charCodeAt(0), 1]
}

function parseSet(text: string, plain: boolean): ByteSet {
  const set: ByteSet = { bytes: [], fill: undefined, caseClasses: [] }
  let rest = Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join('')
  while (rest !== '') rest = rest.slice(element(rest, set, plain))
  return set
}

/** @param plain busybox: `[x*n]` and ranges the wrong way round stand for themselves */
function element(rest: string, set: ByteSet, plain: boolean): number {
  const named = CLASS.exec(rest)
  if (named) {
    const member = CLASSES.get(named[1] ?? '')
    if (!member) throw new TrError(`invalid character class '${named[1]}'`)
    if (named[1] === 'upper' || named[1] === 'lower') set.caseClasses.push(named[1])
    for (let c = 0; c < 256; c++) if (member(c)) set.bytes.push(c)
    return named[0].length
  }
  const equivalent = EQUIVALENT.exec(rest)
  if (equivalent) {
    set.bytes.push((equivalent[1] ?? '').charCodeAt(0))
    return equivalent[0].length
  }
  const repeat = plain ? null : REPEAT.exec(rest)
  if (repeat) return repeated(repeat, set)
  const [first, used] = character(rest)
  if (rest[used] !== '-' || used + 1 >= rest.length) {
    set.bytes.push(first)
    return used
  }
  const [last, usedLast] = character(rest.slice(used + 1))
  if (last < first && plain) {
    set.bytes.push(first, 45, last)
    return used + 1 + usedLast
  }
  if (last < first)
    throw new TrError(
      `range-endpoints of '${rest.slice(0, used + 1 + usedLast)}' are in reverse collating sequence order`,
    )
  for (let c = first; c <= last; c++) set.bytes.push(c)
  return used + 1 + usedLast
}

function repeated(match: RegExpExecArray, set: ByteSet): number {
  const [byte] = character(match[1] ?? '')
  const digits = match[2] ?? ''
  const count = digits.startsWith('0') ? Number.parseInt(digits, 8) : Number(digits || 0)
  if (count === 0) set.fill = { at: set.bytes.length, byte }
  else for (let i = 0; i < count; i++) set.bytes.push(byte)
  return match[0].length
}

const complementOf = (bytes: readonly number[]): number[] => {
  const had = new Set(bytes)
  return Array.from({ length: 256 }, (_, c) => c).filter((c) => !had.has(c))
}

function stretched(set: ByteSet, length: number): number[] {
  const missing = length - set.bytes.length
  if (missing <= 0) return set.bytes
  const { fill } = set
  if (fill)
    return [...set.bytes.slice(0, fill.at), ...new Array<number>(missing).fill(fill.byte), ...set.bytes.slice(fill.at)]
  const last = set.bytes.at(-1)
  if (last === undefined) throw new TrError('when not truncating set1, string2 must be non-empty')
  return [...set.bytes, ...new Array<number>(missing).fill(last)]
}

interface Plan {
  readonly map: Uint8Array
  readonly deleted: Set<number>
  readonly squeezed: Set<number>
}

/** tr: translate, squeeze or delete bytes. GNU coreutils 9 tr. */
export const tr = defineProgram({
  name: 'coreutils/tr',
  paths: ['/usr/bin/tr'],
  covers: 'full',
  summary: 'translate or delete characters',
  sizeBytes: 52048,
  usage: 'tr [OPTION]... STRING1 [STRING2]',
  stopAtOperand: true,
  options: {
    complement: flag('cC', 'complement'),
    delete: flag('d', 'delete'),
    squeeze: flag('s', 'squeeze-repeats'),
    truncate: flag('t', 'truncate-set1'),
  },
  async main({ operands, options: o, sys, io, fail, flavour }) {
    const [text1, text2, extra] = operands
    if (text1 === undefined) throw new UsageError('missing operand')
    if (text2 === undefined && !o.delete && !o.squeeze)
      throw new UsageError(`missing operand after '${text1}'\nTwo strings must be given when translating.`)
    if (text2 === undefined && o.delete && o.squeeze)
      throw new UsageError(
        `missing operand after '${text1}'\nTwo strings must be given when both deleting and squeezing repeats.`,
      )
    if (text2 !== undefined && o.delete && !o.squeeze)
      throw new UsageError(
        `extra operand '${text2}'\nOnly one string may be given when deleting without squeezing repeats.`,
      )
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    try {
      await translate(sys, io, plan(text1, text2, o, flavour === 'busybox'))
      return 0
    } catch (error) {
      if (!(error instanceof TrError)) throw error
      await fail(error.message)
      return 1
    }
  },
})

function plan(
  text1: string,
  text2: string | undefined,
  o: { complement: number; delete: number; squeeze: number; truncate: number },
  plain: boolean,
): Plan {
  const set1 = parseSet(text1, plain)
  const set2 = text2 === undefined ? undefined : parseSet(text2, plain)
  const from = o.complement ? complementOf(set1.bytes) : set1.bytes
  const map = Uint8Array.from({ length: 256 }, (_, c) => c)
  if (!o.delete && set2) {
    const to = o.truncate ? set2.bytes : stretched(set2, from.length)
    from.forEach((byte, i) => {
      const target = to[i]
      if (target !== undefined) map[byte] = target
    })
  }
  const squeezed = o.squeeze
    ? set2
      ? o.delete
        ? set2.bytes
        : stretched(set2, o.truncate ? 0 : from.length)
      : from
    : []
  return { map, deleted: new Set(o.delete ? from : []), squeezed: new Set(squeezed) }
}

/** A table of bytes, 1 for those of the set. */
function marked(set: ReadonlySet<number>): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of set) table[byte] = 1
  return table
}

function mapped(bytes: Uint8Array, map: Plan['map']): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) out[at] = map[bytes[at] ?? 0] ?? 0
  return out
}

async function translate(
  sys: { read(fd: number, max: number): Uint8Array | Promise<Uint8Array> },
  io: { out: { write(data: Uint8Array): void | Promise<void> } },
  { map, deleted, squeezed }: Plan,
): Promise<void> {
  const [drops, squeezes] = [marked(deleted), marked(squeezed)]
  let last = -1
  for (;;) {
    const got = sys.read(0, 65536)
    const bytes = got instanceof Promise ? await got : got
    if (bytes.length === 0) return
    if (deleted.size === 0 && squeezed.size === 0) {
      const written = io.out.write(mapped(bytes, map))
      if (written) await written
      continue
    }
    const out = new Uint8Array(bytes.length)
    let length = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (drops[byte] === 1) continue
      const now = map[byte] ?? byte
      if (now === last && squeezes[now] === 1) continue
      out[length++] = now
      last = now
    }
    await io.out.write(out.subarray(0, length))
  }
}
