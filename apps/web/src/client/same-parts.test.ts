import { describe, expect, it } from 'vitest'
import { sameParts } from './same-parts.ts'

const view = (ports: readonly number[], name = 'node1') => ({
  id: 'a',
  hosts: [{ name, ports: [...ports] }],
  moments: [{ id: 1 }],
})

describe('sameParts', () => {
  it('is what it was where nothing changed', () => {
    const before = view([80])
    expect(sameParts(before, view([80]))).toBe(before)
  })

  it('keeps the parts that did not change', () => {
    const before = view([80])
    const after = sameParts(before, view([80, 443]))
    expect(after).toEqual(view([80, 443]))
    expect(after.moments).toBe(before.moments)
    expect(after.hosts).not.toBe(before.hosts)
  })

  it.each([
    ['something more', [1], [1, 2]],
    ['something less', [1, 2], [1]],
    ['another key', { a: undefined }, { b: undefined }],
    ['a list in place of a table', { 0: 'a' }, ['a']],
    ['something where nothing was', undefined, { a: 1 }],
    ['nothing where something was', { a: { b: 1 } }, { a: null }],
  ])('sees %s', (_, before, after) => {
    expect(sameParts(before as unknown, after)).toEqual(after)
  })
})
