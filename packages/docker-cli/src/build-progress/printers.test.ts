import type { SolveStatus, Vertex } from '@drydock/docker-api'
import { expect, test } from 'vitest'
import { BuildTrace, bytesText } from './build-trace.ts'
import { excerpt } from '@drydock/dockerfile'
import { PlainPrinter } from './plain-printer.ts'
import { TtyPrinter } from './tty-printer.ts'

const vertex = (digest: string, name: string, fields: Partial<Vertex> = {}): Vertex => ({
  digest,
  inputs: [],
  name,
  cached: false,
  started: 1000,
  completed: undefined,
  error: '',
  ...fields,
})
const EMPTY: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] }
const log = (digest: string, text: string, timestamp: number) => ({
  vertex: digest,
  timestamp,
  stream: 1,
  message: new TextEncoder().encode(text),
})

test('plain: a step that goes on makes room for one that ends, and is taken up again', () => {
  const trace = new BuildTrace()
  const printer = new PlainPrinter(trace, 'building')
  let out = ''
  const tell = (status: Partial<SolveStatus>): void => {
    trace.update({ ...EMPTY, ...status })
    out += printer.update()
  }
  tell({ vertexes: [vertex('a', '[1/2] RUN one')] })
  tell({ logs: [log('a', 'begin\nha', 1500)] })
  tell({ vertexes: [vertex('b', '[2/2] COPY x', { completed: 1100 })] })
  tell({ logs: [log('a', 'lf\n', 2500)] })
  tell({ vertexes: [vertex('a', '[1/2] RUN one', { completed: 3000 })] })
  tell({ vertexes: [vertex('c', 'FROM', { cached: true, completed: 3000 })] })
  expect(out + printer.finish()).toBe(
    '#0 building\n\n#1 [1/2] RUN one\n#1 0.500 begin\n#1 ...\n\n#2 [2/2] COPY x\n#2 DONE 0.1s\n\n' +
      '#1 [1/2] RUN one\n#1 0.500 half\n#1 DONE 2.0s\n\n#3 FROM\n#3 CACHED\n',
  )
})

test('plain: what a failed step wrote comes once more', () => {
  const trace = new BuildTrace()
  const printer = new PlainPrinter(trace, '')
  trace.update({ ...EMPTY, vertexes: [vertex('a', '[1/1] RUN x')], logs: [log('a', 'why\n', 1010)] })
  trace.update({ ...EMPTY, vertexes: [vertex('a', '[1/1] RUN x', { completed: 1200, error: 'exit code: 1' })] })
  expect(printer.finish()).toBe(
    '#1 [1/1] RUN x\n#1 0.010 why\n#1 ERROR: exit code: 1\n------\n > [1/1] RUN x:\n0.010 why\n------\n',
  )
})

test('tty: header, colours, redraw in place', () => {
  const trace = new BuildTrace()
  const printer = new TtyPrinter(trace, 'docker:default', true)
  const size = { columns: 60, rows: 20 }
  trace.update({ ...EMPTY, vertexes: [vertex('a', '[1/2] FROM busybox')] })
  expect(printer.draw(2000, size, false)).toBe(
    '\u001b[0G\u001b[?25l[+] Building 1.0s (0/1)                      docker:default\n' +
      ' => [1/2] FROM busybox                                 1.0s\n\u001b[?25h',
  )
  trace.update({ ...EMPTY, vertexes: [vertex('a', '[1/2] FROM busybox', { completed: 2500, cached: true })] })
  expect(printer.draw(3000, size, true)).toBe(
    '\u001b[2A\u001b[0G\u001b[?25l[+] Building 2.0s (1/1) FINISHED             docker:default\n' +
      '\u001b[34m => CACHED [1/2] FROM busybox                          1.5s\u001b[0m\n\u001b[?25h',
  )
})

test.each([
  [12, '12B'],
  [1234, '1.23kB'],
  [5_000_000, '5.00MB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

test('an excerpt has two lines above and below', () => {
  expect(excerpt('Dockerfile', 'a\nb\nc\nd\ne\nf\n', 3, 3)).toBe(
    'Dockerfile:3\n--------------------\n   1 |     a\n   2 |     b\n   3 | >>> c\n   4 |     d\n   5 |     e\n--------------------\n',
  )
})
