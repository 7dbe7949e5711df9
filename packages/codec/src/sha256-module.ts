/**
 * SHA-256's compression function as a WebAssembly module, put together instruction by instruction: FIPS 180-4, 6.2.2.
 * It exports `memory` and `compress(from, to)`, which takes the blocks of 64 bytes from address `from` to `to` into the
 * state. Its memory is one page: the state, the message schedule, the constants, and room for blocks.
 */

/** Where the eight words of the state are. */
export const STATE_AT = 0
const SCHEDULE_AT = 64
const CONSTANTS_AT = 320
/** Where blocks may be put, and where their room ends. */
export const BLOCKS_AT = 576
export const BLOCKS_END = 65536
const WORDS = 64

type Code = readonly number[]

// WebAssembly Core Specification, "Binary Format".
const I32 = 0x7f
const [ADD, AND, OR, XOR, SHR, ROTR] = [0x6a, 0x71, 0x72, 0x73, 0x76, 0x78] as const
const LESS = 0x49
const END = 0x0b

const unsigned = (value: number): Code => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)])

function signed(value: number): Code {
  const bits = value & 127
  const rest = value >> 7
  const last = (rest === 0 && bits < 64) || (rest === -1 && bits >= 64)
  return last ? [bits] : [bits | 128, ...signed(rest)]
}

const constant = (value: number): Code => [0x41, ...signed(value | 0)]
const get = (local: number): Code => [0x20, ...unsigned(local)]
const set = (local: number): Code => [0x21, ...unsigned(local)]
const tee = (local: number): Code => [0x22, ...unsigned(local)]
const load = (address: Code, offset: number): Code => [...address, 0x28, 2, ...unsigned(offset)]
const store = (address: Code, offset: number, value: Code): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)]
const apply = (operation: number, left: Code, right: Code): Code => [...left, ...right, operation]
const sum = (first: Code, ...others: readonly Code[]): Code => [first, ...others].reduce((a, b) => apply(ADD, a, b))
const rotated = (value: Code, bits: number): Code => apply(ROTR, value, constant(bits))
const xor = (first: Code, ...others: readonly Code[]): Code => [first, ...others].reduce((a, b) => apply(XOR, a, b))

const FROM = 0
const TO = 1
/** a to h. */
const LETTERS = [2, 3, 4, 5, 6, 7, 8, 9] as const
/** Address of a word, relative to the table it is in. */
const AT = 10
const [FIRST, SECOND] = [11, 12] as const
const LOCALS = 11

/** Repeats `body` until AT, which begins at `start` and grows by `step`, is `end`. */
const loop = (start: number, step: number, end: number, body: Code): Code => [
  ...constant(start),
  ...set(AT),
  ...[0x03, 0x40],
  ...body,
  ...apply(LESS, [...apply(ADD, get(AT), constant(step)), ...tee(AT)], constant(end)),
  ...[0x0d, 0, END],
]

/** The word at `offset` of the block, most significant byte first. */
const blockWord = (offset: number): Code =>
  apply(
    OR,
    apply(AND, rotated([...load(get(FROM), offset), ...tee(FIRST)], 24), constant(0x00ff00ff)),
    apply(AND, rotated(get(FIRST), 8), constant(0xff00ff00)),
  )

const smallSigma = (word: Code, local: number, [one, two, shift]: readonly [number, number, number]): Code =>
  xor(rotated([...word, ...tee(local)], one), rotated(get(local), two), apply(SHR, get(local), constant(shift)))

const scheduled = (back: number): Code => load(get(AT), SCHEDULE_AT - back * 4)

const SCHEDULE: Code = [
  ...Array.from({ length: 16 }, (_, word) => store(constant(0), SCHEDULE_AT + word * 4, blockWord(word * 4))).flat(),
  ...loop(
    64,
    4,
    WORDS * 4,
    store(
      get(AT),
      SCHEDULE_AT,
      sum(
        smallSigma(scheduled(2), FIRST, [17, 19, 10]),
        scheduled(7),
        smallSigma(scheduled(15), SECOND, [7, 18, 3]),
        scheduled(16),
      ),
    ),
  ),
]

const bigSigma = (letter: number, [one, two, three]: readonly [number, number, number]): Code =>
  xor(rotated(get(letter), one), rotated(get(letter), two), rotated(get(letter), three))

/** A round: instead of moving all letters on by one, the next round gives them other names. */
function round(number: number): Code {
  const letter = (index: number): number => LETTERS[(index + 8 - (number % 8)) % 8] ?? 0
  const [a, b, c, d] = [letter(0), letter(1), letter(2), letter(3)]
  const [e, f, g, h] = [letter(4), letter(5), letter(6), letter(7)]
  const choice = xor(get(g), apply(AND, get(e), xor(get(f), get(g))))
  const majority = apply(OR, apply(AND, get(a), get(b)), apply(AND, get(c), apply(OR, get(a), get(b))))
  const words = [load(get(AT), CONSTANTS_AT + number * 4), load(get(AT), SCHEDULE_AT + number * 4)]
  return [
    ...sum(get(h), bigSigma(e, [6, 11, 25]), choice, ...words),
    ...set(FIRST),
    ...sum(get(d), get(FIRST)),
    ...set(d),
    ...sum(get(FIRST), bigSigma(a, [2, 13, 22]), majority),
    ...set(h),
  ]
}

const COMPRESS: Code = [
  ...[0x03, 0x40],
  ...SCHEDULE,
  ...LETTERS.flatMap((letter, index) => [...load(constant(0), STATE_AT + index * 4), ...set(letter)]),
  ...loop(0, 32, WORDS * 4, [0, 1, 2, 3, 4, 5, 6, 7].flatMap(round)),
  ...LETTERS.flatMap((letter, index) =>
    store(constant(0), STATE_AT + index * 4, sum(load(constant(0), STATE_AT + index * 4), get(letter))),
  ),
  ...apply(LESS, [...apply(ADD, get(FROM), constant(64)), ...tee(FROM)], get(TO)),
  ...[0x0d, 0, END, END],
]

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]
const name = (text: string): Code => [text.length, ...[...text].map((letter) => letter.charCodeAt(0))]
const bytesOf = (words: readonly number[]): Code =>
  words.flatMap((word) => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24])

/** @param constants the 64 words of FIPS 180-4, 4.2.2 */
export function sha256Module(constants: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [1, LOCALS, I32, ...COMPRESS]
  const data = bytesOf(constants)
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, 1, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('compress'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
    ...section(11, [1, 0, ...constant(CONSTANTS_AT), END, ...unsigned(data.length), ...data]),
  ])
}
