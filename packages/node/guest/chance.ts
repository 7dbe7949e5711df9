/** xorshift64* (Vigna 2016): every script starts from the same memory, and shall not have the same chances. */
let state = 1n
const MASK = (1n << 64n) - 1n

export function seedChance(bytes: readonly number[]): void {
  state = bytes.reduce((seed, byte) => (seed << 8n) | BigInt(byte), 0n) || 1n
  Math.random = () => {
    state ^= state >> 12n
    state = (state ^ (state << 25n)) & MASK
    state ^= state >> 27n
    return Number(((state * 2685821657736338717n) & MASK) >> 11n) / 2 ** 53
  }
}
