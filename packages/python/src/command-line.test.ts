import { expect, it } from 'vitest'
import { readCommand } from './command-line.ts'

it.each([
  ['python -V', {}, { kind: 'print', text: 'Python 3.12.0\n' }],
  ['python -c', {}, { kind: 'print', status: 2 }],
  ['python -z', {}, { kind: 'print', status: 2 }],
  ['python a.py -u', {}, { command: { kind: 'file', path: 'a.py', args: ['-u'] } }],
  ['python -um http.server 80', {}, { command: { kind: 'module', args: ['80'], flags: { unbuffered: true } } }],
  ['python -OOc x', {}, { command: { kind: 'text', flags: { optimize: 2 } } }],
  [
    'python -Werror -W ignore a',
    { PYTHONWARNINGS: 'once' },
    { command: { flags: { warnings: ['once', 'error', 'ignore'] } } },
  ],
  ['python -X dev a', {}, { command: { flags: { devMode: true, isolated: false } } }],
  ['python -I a', {}, { command: { flags: { isolated: true, ignoreEnvironment: true } } }],
])('%s', (line, env, expected) => {
  expect(readCommand(line.split(' '), new Map(Object.entries(env)), '3.12.0', false)).toMatchObject(expected)
})
