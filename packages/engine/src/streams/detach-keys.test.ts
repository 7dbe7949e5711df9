import { expect, test } from 'vitest'
import { DetachScanner, parseDetachKeys } from './detach-keys.ts'

const scan = (keys: string, pieces: readonly string[]): [string, boolean] => {
  const scanner = new DetachScanner(parseDetachKeys(keys))
  let passed = ''
  for (const piece of pieces) {
    const { bytes, detached } = scanner.scan(new TextEncoder().encode(piece))
    passed += new TextDecoder().decode(bytes)
    if (detached) return [passed, true]
  }
  return [passed, false]
}

test.each([
  ['the default', '', ['ls\u0010', '\u0011rest'], ['ls', true]],
  ['a beginning that does not go on is handed over', '', ['\u0010x'], ['\u0010x', false]],
  ['the first key twice', '', ['\u0010\u0010\u0011'], ['\u0010', true]],
  ['one control key', 'ctrl-a', ['b\u0001c'], ['b', true]],
  ['plain letters', 'x,y', ['axxy'], ['ax', true]],
] as const)('detach keys: %s', (_name, keys, pieces, expected) => {
  expect(scan(keys, pieces)).toEqual(expected)
})

test('keys that are none', () => {
  expect(() => parseDetachKeys('ctrl-')).toThrow('Invalid escape keys (ctrl-) provided')
})
