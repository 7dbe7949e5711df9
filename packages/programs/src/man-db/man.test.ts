import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { programs } from '../index.ts'

const own = {
  name: 'other/thing',
  paths: ['/usr/bin/thing'],
  covers: 'full' as const,
  summary: 'a thing of another room',
  async main({ sys, argv }: import('@drydock/abi').Process) {
    const text = argv.includes('--help') ? `Usage:  ${argv.slice(0, -1).join(' ')}\n\nDoes things\n` : 'no help\n'
    await sys.write(1, new TextEncoder().encode(text))
    return 0
  },
}

/** [command line, standard output, standard error, status], as man-db 2.11 answers where it has the same page */
const ROWS: readonly (readonly [string, string | RegExp, string, number])[] = [
  ['man', '', "What manual page do you want?\nFor example, try 'man man'.\n", 1],
  ['man nosuch', '', 'No manual entry for nosuch\n', 16],
  ['man 5 ls', '', 'No manual entry for ls in section 5\n', 16],
  ['man nosuch-thing', '', 'No manual entry for nosuch-thing\n', 16],
  [
    'man watch',
    /^WATCH\(1\) {25}User Commands {24}WATCH\(1\)\n\nNAME\n {7}watch - execute a program periodically/,
    '',
    0,
  ],
  ['man 1 watch', /\n\nSYNOPSIS\n {7}watch \[options\] command\n\nOPTIONS\n/, '', 0],
  ['man watch', /\n {7}-n, --interval=VALUE\n/, '', 0],
  ['man 8 sysctl', /^SYSCTL\(8\) +System Administration +SYSCTL\(8\)\n/, '', 0],
  ['man thing', /\nNAME\n {7}thing - Does things\n\nDESCRIPTION\n {7}Usage: {2}thing\n/, '', 0],
  ['man thing-run', /\nNAME\n {7}thing-run - Does things\n\nDESCRIPTION\n {7}Usage: {2}thing run\n/, '', 0],
  [
    'whatis watch nosuch',
    'watch (1)            - execute a program periodically, showing output fullscreen\n',
    'nosuch: nothing appropriate.\n',
    16,
  ],
  ['man -f free', /^free \(1\) {12} - /, '', 0],
  ['apropos PERIODICALLY', /^watch \(1\) /, '', 0],
  ['man -k', '', 'apropos what?\n', 1],
  ['man --version', 'man 2.11.2\n', '', 0],
]

it('renders pages of what programs say of themselves', { timeout: 120_000 }, async () => {
  const kernel = await bootTestKernel([...programs, own])
  for (const [line, stdout, stderr, status] of ROWS) {
    const result = await kernel.run(line.split(' '))
    expect({ line, stderr: result.stderr, status: result.status }).toEqual({ line, stderr, status })
    if (typeof stdout === 'string') expect(result.stdout).toBe(stdout)
    else expect(result.stdout, line).toMatch(stdout)
  }
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
