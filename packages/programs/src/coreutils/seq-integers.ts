import type { MaybePromise } from '@drydock/abi'

/** Numbers are put together in pieces of this many bytes. */
const PIECE_BYTES = 32768
/** A number below 2^53 with its sign and separator. */
const MOST_BYTES = 24
const ZERO = 48
const NINE = 57

/**
 * Whole numbers as text, without a string for each.
 * @param put called with pieces as they are full
 */
export async function printIntegers(
  { first, step, last }: { first: number; step: number; last: number },
  separator: number,
  put: (piece: Uint8Array) => MaybePromise<void>,
): Promise<void> {
  let piece = new Uint8Array(PIECE_BYTES)
  let at = 0
  const counter = step === 1 && first >= 0 ? new Counter(first) : undefined
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    if (counter) {
      at = counter.put(piece, at)
      counter.next()
    } else at = putInteger(piece, at, value)
    piece[at++] = separator
    if (at < PIECE_BYTES - MOST_BYTES) continue
    const waits = put(piece.subarray(0, at))
    if (waits) await waits
    piece = new Uint8Array(PIECE_BYTES)
    at = 0
  }
  if (at > 0) await put(piece.subarray(0, at))
}

/** Digits of a whole number that counts up by one, changed where they stand: most numbers differ in one from the last. */
class Counter {
  private readonly digits = new Uint8Array(MOST_BYTES)
  /** The digits are the last ones. */
  private start: number

  constructor(first: number) {
    this.start = MOST_BYTES - putInteger(this.digits, 0, first)
    this.digits.copyWithin(this.start, 0, MOST_BYTES - this.start)
  }

  /** @returns where the number ends */
  put(bytes: Uint8Array, from: number): number {
    const { digits } = this
    let at = from
    for (let digit = this.start; digit < MOST_BYTES; digit++) bytes[at++] = digits[digit] ?? 0
    return at
  }

  next(): void {
    const { digits } = this
    let at = MOST_BYTES - 1
    for (; at >= this.start && digits[at] === NINE; at--) digits[at] = ZERO
    if (at >= this.start) digits[at] = (digits[at] ?? 0) + 1
    else digits[--this.start] = ZERO + 1
  }
}

function putInteger(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  if (rest < 0) {
    bytes[at++] = 45
    rest = -rest
  }
  let length = 1
  for (let power = 10; power <= rest; power *= 10) length++
  for (let digit = at + length - 1; digit >= at; digit--) {
    const tens = Math.floor(rest / 10)
    bytes[digit] = 48 + rest - tens * 10
    rest = tens
  }
  return at + length
}
