import { type Command, type OptionTable, Refused } from './command.ts'

export const PRIME_OPTIONS: OptionTable = {
  flags: ['generate', 'hex', 'safe', 'help'],
  values: ['bits', 'checks'],
}
const SMALL = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]
const ROUNDS = 24

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, factor] = [1n, base % modulus]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}

/** Miller and Rabin's test, with the first primes and with chance as witnesses. */
function isPrime(value: bigint, random: (length: number) => Uint8Array): boolean {
  if (value < 2n) return false
  for (const small of SMALL) if (value % small === 0n) return value === small
  let [odd, twos] = [value - 1n, 0]
  for (; odd % 2n === 0n; odd /= 2n) twos++
  const passes = (witness: bigint): boolean => {
    let at = power(witness, odd, value)
    if (at === 1n || at === value - 1n) return true
    for (let step = 1; step < twos; step++) {
      at = (at * at) % value
      if (at === value - 1n) return true
    }
    return false
  }
  const drawn = Array.from({ length: ROUNDS }, () => 2n + (numberOf(random(16)) % (value - 3n)))
  return [...SMALL, ...drawn].every(passes)
}

const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

async function generate(command: Command, bits: number): Promise<bigint> {
  for (;;) {
    const drawn = numberOf(command.random(Math.ceil(bits / 8))) & ((1n << BigInt(bits)) - 1n)
    // The two highest bits and the lowest are set.
    const value = drawn | (3n << BigInt(bits - 2)) | 1n
    const pause = command.pause()
    if (pause) await pause
    if (!isPrime(value, command.random)) continue
    if (!command.has('safe') || isPrime(value >> 1n, command.random)) return value
  }
}

/** openssl-prime(1). */
export async function prime(command: Command): Promise<number> {
  const hex = command.has('hex')
  const upper = (value: bigint): string => value.toString(16).toUpperCase()
  if (command.has('generate')) {
    const bits = Number(command.get('bits') ?? 0)
    if (!(bits > 2)) throw new Refused('Specify the number of bits.\n')
    const value = await generate(command, bits)
    await command.io.print(`${hex ? upper(value) : value}\n`)
    return 0
  }
  if (command.operands.length === 0) throw new Refused('prime: No prime specified\nprime: Use -help for summary.\n')
  for (const word of command.operands) {
    if (!(hex ? /^[\da-f]+$/i : /^\d+$/).test(word)) throw new Refused(`Failed to process value (${word})\n`)
    const value = BigInt(hex ? `0x${word}` : word)
    const verdict = isPrime(value, command.random) ? 'is' : 'is not'
    await command.io.print(`${upper(value)} (${word}) ${verdict} prime\n`)
  }
  return 0
}
