import type { BlockStore, StoredValue } from '@drydock/abi'
import { gunzip, gzip } from '@drydock/codec'
import { describe, expect, it } from 'vitest'
import { exportSession, importSession, SessionFileError } from './session-file.ts'

function storeOf(values: Iterable<[string, StoredValue]>): BlockStore & { readonly kept: Map<string, StoredValue> } {
  const kept = new Map(values)
  return {
    kept,
    load: async (prefix) => [...kept].filter(([key]) => key.startsWith(prefix)),
    async commit({ puts, deletes }) {
      for (const [key, value] of puts) kept.set(key, value)
      for (const key of deletes) kept.delete(key)
    },
  }
}

const record = {
  version: 1,
  id: 'abcd',
  createdMs: 1,
  usedMs: 2,
  hosts: [{ name: 'node1', address: '192.168.0.8', createdMs: 1 }],
}
const session: [string, StoredValue][] = [
  ['sessions/abcd', record],
  ['sessions/abcdef', { ...record, id: 'abcdef' }],
  ['disks/abcd/node1/i2', { mode: 16877, entries: [['etc', 3]] }],
  ['disks/abcd/node1/c3/0', Uint8Array.of(0, 255, 10)],
  ['disks/abcd/node1/i4', null],
  ['terminals/abcd/node1/main', { screen: '$ ls\r\n', cwd: '/root' }],
  ['hub/abcd/blob', new Uint8Array(0)],
  ['disks/other/node1/i2', { mode: 1 }],
]

describe('a session as a file', () => {
  it('comes back under another id, value by value, and takes nothing of other sessions along', async () => {
    const from = storeOf(session)
    const into = storeOf([])
    await importSession(into, await exportSession(from, 'abcd'), 'wxyz', 9)
    expect([...into.kept].sort()).toEqual(
      [
        ['sessions/wxyz', { ...record, id: 'wxyz', usedMs: 9 }],
        ['disks/wxyz/node1/i2', { mode: 16877, entries: [['etc', 3]] }],
        ['disks/wxyz/node1/c3/0', Uint8Array.of(0, 255, 10)],
        ['disks/wxyz/node1/i4', null],
        ['terminals/wxyz/node1/main', { screen: '$ ls\r\n', cwd: '/root' }],
        ['hub/wxyz/blob', new Uint8Array(0)],
      ].sort(),
    )
  })

  it('refuses what is no such file, and leaves the store as it was', async () => {
    const into = storeOf([])
    const good = await exportSession(storeOf(session), 'abcd')
    const foreign = (change: (text: string) => string): Uint8Array => {
      const bytes = gunzip(good)
      const text = new TextDecoder('latin1').decode(bytes)
      return gzip(Uint8Array.from(change(text), (char) => char.charCodeAt(0)))
    }
    const files = [
      new Uint8Array(0),
      new TextEncoder().encode('hello'),
      gzip(new TextEncoder().encode('hello')),
      good.subarray(0, good.length / 2),
      foreign((text) => text.replace('session 1', 'session 7')),
      foreign((text) => text.replace('"disks//node1', '"other//node1')),
      foreign((text) => text.replace('"version":1', '"version":5')),
    ]
    for (const file of files) await expect(importSession(into, file, 'wxyz', 9)).rejects.toThrow(SessionFileError)
    expect(into.kept.size).toBe(0)
  })

  it('says when there is nothing to save', async () => {
    await expect(exportSession(storeOf([]), 'abcd')).rejects.toThrow('nothing is kept of session abcd')
  })
})
