import { expect, test } from 'vitest'
import { type LogEntry, parseLog } from './json-file.ts'

const ENTRIES: readonly LogEntry[] = [
  { log: 'plain\n', stream: 'stdout', time: '2026-01-01T00:00:00.000000001Z' },
  { log: '\n', stream: 'stderr', time: 't' },
  { log: 'ends in a backslash and n: \\n', stream: 'stdout', time: 't' },
  { log: 'a "word"\n', stream: 'stdout', time: 't' },
  { log: '"\n', stream: 'stdout', time: 't' },
  { log: 'a piece of a long line', stream: 'stdout', time: 't' },
  { log: 'é\tü\n', stream: 'stdout', attrs: { a: 'b"}' }, time: 't' },
  { log: '","stream":"stderr","time":"x"}\n', stream: 'stdout', time: 't' },
]

test.each(ENTRIES)('an entry is read as it was written: %j', (entry) => {
  expect(parseLog(JSON.stringify(entry))).toEqual([entry])
})

test('lines that are torn or none are passed over, and those around them are read', () => {
  const [first, second] = ENTRIES
  const text = `{"log":"torn\n${JSON.stringify(first)}\n\n{"log":"a\\n","stream":"stdout","ti\n${JSON.stringify(second)}\n{`
  expect(parseLog(text)).toEqual([first, second])
})
