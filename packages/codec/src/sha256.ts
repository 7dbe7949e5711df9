import { sha256 as shortSha256 } from '@noble/hashes/sha2.js'
import { BLOCKS_AT, BLOCKS_END, sha256Module, STATE_AT } from './sha256-module.ts'

/** So much is hashed before machine code for it has been made. */
const SHORT_BYTES = 16 * 1024
const BLOCK_BYTES = 64
const LENGTH_BYTES = 8

const isPrime = (number: number): boolean => {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let number = 2; found.length < count; number++) if (isPrime(number)) found.push(number)
  return found
}

/** The first 32 bits of the fraction. */
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32)

/** WebAssembly that compresses blocks; it keeps nothing from call to call. */
class Compressor {
  readonly memory: Uint8Array
  readonly state: Uint32Array
  readonly compress: (from: number, to: number) => void

  constructor() {
    const module = new WebAssembly.Module(sha256Module(primes(64).map((prime) => fraction(Math.cbrt(prime)))))
    const { exports } = new WebAssembly.Instance(module)
    const { buffer } = exports['memory'] as { readonly buffer: ArrayBuffer }
    this.memory = new Uint8Array(buffer)
    this.state = new Uint32Array(buffer, STATE_AT, 8)
    this.compress = exports['compress'] as Compressor['compress']
  }
}

/** Made when something long is first hashed; undefined where there is no WebAssembly. */
const compressor = once((): Compressor | undefined => {
  try {
    return new Compressor()
  } catch {
    return undefined
  }
})

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

interface Running {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** A state of its own, and up to a block of bytes that wait for the rest of their block. */
class LongSha256 implements Running {
  private readonly machine: Compressor
  private readonly state = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))
  private readonly rest = new Uint8Array(BLOCK_BYTES)
  private length = 0

  constructor(machine: Compressor) {
    this.machine = machine
  }

  update(bytes: Uint8Array): void {
    const waiting = this.length % BLOCK_BYTES
    this.length += bytes.length
    if (waiting + bytes.length < BLOCK_BYTES) return this.rest.set(bytes, waiting)
    const first = waiting === 0 ? 0 : BLOCK_BYTES - waiting
    const whole = first + Math.floor((bytes.length - first) / BLOCK_BYTES) * BLOCK_BYTES
    const { memory, state } = this.machine
    state.set(this.state)
    memory.set(this.rest.subarray(0, waiting), BLOCKS_AT)
    let free = BLOCKS_AT + waiting
    for (let at = 0; at < whole; ) {
      const piece = bytes.subarray(at, Math.min(whole, at + BLOCKS_END - free))
      memory.set(piece, free)
      this.machine.compress(BLOCKS_AT, free + piece.length)
      at += piece.length
      free = BLOCKS_AT
    }
    this.state.set(state)
    this.rest.set(bytes.subarray(whole))
  }

  digest(): Uint8Array {
    const bits = this.length * 8
    const used = this.length % BLOCK_BYTES
    const padding = new Uint8Array((used < BLOCK_BYTES - LENGTH_BYTES ? 1 : 2) * BLOCK_BYTES - used)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(padding.length - 4, bits % 2 ** 32)
    this.update(padding)
    const digest = new Uint8Array(32)
    const words = new DataView(digest.buffer)
    for (const [index, word] of this.state.entries()) words.setUint32(index * 4, word)
    return digest
  }
}

/** SHA-256, FIPS 180-4. What is long goes through WebAssembly: twice as fast. */
export class RunningSha256 implements Running {
  private head: Uint8Array[] = []
  private headBytes = 0
  private running: Running | undefined

  update(bytes: Uint8Array): void {
    if (!this.running && this.headBytes + bytes.length > SHORT_BYTES) this.start(longSha256())
    if (this.running) return void this.running.update(bytes)
    this.head.push(bytes.slice())
    this.headBytes += bytes.length
  }

  /** To be called once, after the last update. */
  digest(): Uint8Array {
    return (this.running ?? this.start(shortSha256.create())).digest()
  }

  private start(running: Running): Running {
    for (const piece of this.head) running.update(piece)
    this.head = []
    return (this.running = running)
  }
}

/** The digest of bytes that are all there. */
export const sha256Digest = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= SHORT_BYTES) return shortSha256(bytes)
  const running = longSha256()
  running.update(bytes)
  return running.digest()
}

function longSha256(): Running {
  const machine = compressor()
  return machine ? new LongSha256(machine) : shortSha256.create()
}
