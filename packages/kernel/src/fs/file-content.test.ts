import { ENOSPC } from '@drydock/abi'
import { expect, test } from 'vitest'
import { CHUNK_BYTES, FileContent } from './file-content.ts'

class Accounts {
  allocated = 0
  held = 0
  limit = Number.POSITIVE_INFINITY

  reserve(allocated: number, held: number): void {
    if (allocated > 0 && this.allocated + allocated > this.limit) throw ENOSPC
    this.allocated += allocated
    this.held += held
  }
  chunkChanged(): void {}
}

function dice(seed: number): (sides: number) => number {
  let state = seed * 104729
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * sides)
  }
}

const SPAN = CHUNK_BYTES * 3

test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))('content behaves as an array of bytes, run %i', (seed) => {
  const roll = dice(seed)
  const accounts = new Accounts()
  const content = new FileContent(accounts)
  let model: Uint8Array = new Uint8Array(0)
  const resize = (size: number): void => {
    const next = new Uint8Array(size)
    next.set(model.subarray(0, size))
    model = next
  }
  const acts: readonly (() => void)[] = [
    () => {
      const offset = roll(SPAN)
      const bytes = new Uint8Array(roll(CHUNK_BYTES * 2)).fill(roll(3))
      content.write(offset, bytes)
      if (bytes.length === 0) return
      resize(Math.max(model.length, offset + bytes.length))
      model.set(bytes, offset)
    },
    () => {
      const size = roll(SPAN)
      content.truncate(size)
      resize(size)
    },
    () => {
      content.setLazy({ prefix: Uint8Array.of(7, 8, 9), size: roll(SPAN), seed: roll(1000) })
      model = content.read(0, SPAN)
    },
    () => {
      const copy = new FileContent(new Accounts())
      copy.copyFrom(content)
      expect(Buffer.compare(copy.read(0, SPAN * 2), content.read(0, SPAN * 2))).toBe(0)
      expect(copy.allocatedBytes).toBe(content.allocatedBytes)
    },
  ]
  for (let step = 0; step < 60; step++) {
    acts[roll(acts.length)]?.()
    expect(content.size).toBe(model.length)
    expect(Buffer.compare(content.read(0, SPAN * 2), model)).toBe(0)
    expect(accounts.allocated).toBe(content.allocatedBytes)
    expect(accounts.held).toBe(content.heldBytes)
    expect(content.allocatedBytes).toBeLessThanOrEqual(content.size)
  }
})

test('a full disk takes what fits, then refuses', () => {
  const accounts = new Accounts()
  accounts.limit = CHUNK_BYTES + 10
  const content = new FileContent(accounts)
  const bytes = new Uint8Array(CHUNK_BYTES * 2).fill(1)
  expect(content.write(0, bytes)).toBe(CHUNK_BYTES)
  expect(() => content.write(CHUNK_BYTES, bytes)).toThrow(ENOSPC)
  expect(content.size).toBe(CHUNK_BYTES)
})

test('small appends do not copy the whole each time', () => {
  const accounts = new Accounts()
  const content = new FileContent(accounts)
  const line = new Uint8Array(60).fill(65)
  for (let count = 0; count < 20_000; count++) content.write(content.size, line)
  expect(content.size).toBe(1_200_000)
  expect(accounts.held).toBeLessThan(1_200_000 + CHUNK_BYTES)
})
