import { defineProgram, flag, type ProgramContext } from '@drydock/libc'
import type { Sys } from '@drydock/abi'

const options = { exponents: flag('h', 'exponents') }

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let factor = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}

/** Miller and Rabin; with these bases it is proven below 3.3e24 (Sorenson and Webster, 2015). */
function isPrime(n: bigint): boolean {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n]
  for (const base of bases) if (n % base === 0n) return n === base
  let odd = n - 1n
  let twos = 0
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++
  return bases.every((base) => {
    let x = powerModulo(base, odd, n)
    if (x === 1n || x === n - 1n) return true
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n
      if (x === n - 1n) return true
    }
    return false
  })
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

/** A proper divisor of a composite odd number by Pollard's rho. */
async function divisor(sys: Sys, n: bigint): Promise<bigint> {
  for (let add = 1n; ; add++) {
    let [slow, fast, product] = [2n, 2n, 1n]
    for (let step = 1; ; step++) {
      slow = (slow * slow + add) % n
      fast = (fast * fast + add) % n
      fast = (fast * fast + add) % n
      product = (product * (slow > fast ? slow - fast : fast - slow)) % n
      if (step % 64 && product !== 0n) continue
      const pause = sys.tick()
      if (pause) await pause
      const common = gcd(n, product)
      if (common === n || product === 0n) break
      if (common > 1n) return common
    }
    const found = await divisorStepByStep(sys, n, add)
    if (found !== undefined) return found
  }
}
async function divisorStepByStep(sys: Sys, n: bigint, add: bigint): Promise<bigint | undefined> {
  let [slow, fast] = [2n, 2n]
  for (;;) {
    slow = (slow * slow + add) % n
    fast = (fast * fast + add) % n
    fast = (fast * fast + add) % n
    const common = gcd(n, slow > fast ? slow - fast : fast - slow)
    if (common === n) return undefined
    if (common > 1n) return common
    const pause = sys.tick()
    if (pause) await pause
  }
}

async function factorsOf(sys: Sys, number: bigint): Promise<bigint[]> {
  const found: bigint[] = []
  let rest = number
  for (let prime = 2n; prime < 1000n && prime * prime <= rest; prime += prime === 2n ? 1n : 2n)
    for (; rest % prime === 0n; rest /= prime) found.push(prime)
  const pending = rest > 1n ? [rest] : []
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next < 1_000_000n || isPrime(next)) found.push(next)
    else {
      const part = await divisor(sys, next)
      pending.push(part, next / part)
    }
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function shown(factors: readonly bigint[], exponents: boolean): string {
  if (!exponents) return factors.map((each) => ` ${each}`).join('')
  const powers = new Map<bigint, number>()
  for (const each of factors) powers.set(each, (powers.get(each) ?? 0) + 1)
  return [...powers].map(([prime, power]) => ` ${prime}${power > 1 ? `^${power}` : ''}`).join('')
}

async function one({ sys, io, fail, options: o }: ProgramContext<typeof options>, text: string): Promise<boolean> {
  if (!/^\+?\d+$/.test(text)) {
    await fail(`'${text}' is not a valid positive integer`)
    return false
  }
  const number = BigInt(text.replace('+', ''))
  await io.print(`${number}:${shown(await factorsOf(sys, number), o.exponents > 0)}\n`)
  return true
}

/** factor: prime factors of numbers. GNU coreutils 9. */
export const factor = defineProgram({
  name: 'coreutils/factor',
  paths: ['/usr/bin/factor'],
  covers: 'full',
  summary: 'factor numbers',
  sizeBytes: 72552,
  usage: 'factor [OPTION] [NUMBER]...',
  options,
  async main(context) {
    let good = true
    if (context.operands.length === 0)
      for await (const line of context.io.lines())
        for (const text of line.split(/\s+/).filter(Boolean)) good = (await one(context, text)) && good
    for (const text of context.operands) good = (await one(context, text.trim())) && good
    return good ? 0 : 1
  },
})
