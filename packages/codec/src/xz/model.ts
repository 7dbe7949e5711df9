/** What the encoder and the decoder of LZMA share: states, probabilities, how lengths and distances are coded. */
export const STATES = 12
export const PROBABILITY_BITS = 11
export const HALF = 1 << (PROBABILITY_BITS - 1)
export const SHIFT = 5
/** The range is made larger again when it falls below. */
export const TOP = 1 << 24
export const LEAST_MATCH = 2
export const MOST_MATCH = 273
export const POSITION_STATES = 16
export const ALIGN_BITS = 4

const fresh = (length: number): Uint16Array => new Uint16Array(length).fill(HALF)

/** A tree of bits for the lengths of matches: three ranges, the first two by the place in the data. */
export class LengthModel {
  readonly choice = fresh(2)
  readonly low = Array.from({ length: POSITION_STATES }, () => fresh(8))
  readonly middle = Array.from({ length: POSITION_STATES }, () => fresh(8))
  readonly high = fresh(256)
}

export class Model {
  readonly isMatch = fresh(STATES * POSITION_STATES)
  readonly isRep = fresh(STATES)
  readonly isRep0 = fresh(STATES)
  readonly isRep1 = fresh(STATES)
  readonly isRep2 = fresh(STATES)
  readonly isRep0Long = fresh(STATES * POSITION_STATES)
  readonly literals: Uint16Array
  readonly lengths = new LengthModel()
  readonly repLengths = new LengthModel()
  readonly slots = Array.from({ length: 4 }, () => fresh(64))
  readonly special = fresh(128)
  readonly align = fresh(1 << ALIGN_BITS)
  readonly lc: number
  readonly lp: number
  readonly pb: number
  state = 0
  /** The last four distances, less one. */
  reps: [number, number, number, number] = [0, 0, 0, 0]

  constructor(lc: number, lp: number, pb: number) {
    this.lc = lc
    this.lp = lp
    this.pb = pb
    this.literals = fresh(0x300 << (lc + lp))
  }

  /** Where the probabilities of a literal begin. */
  literalsAt(place: number, previous: number): number {
    return 0x300 * (((place & ((1 << this.lp) - 1)) << this.lc) + (previous >>> (8 - this.lc)))
  }

  afterLiteral(): void {
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6
  }

  afterMatch(): void {
    this.state = this.state < 7 ? 7 : 10
  }

  afterRep(): void {
    this.state = this.state < 7 ? 8 : 11
  }

  afterShortRep(): void {
    this.state = this.state < 7 ? 9 : 11
  }
}
