import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { less } from './less.ts'

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('')

/** [what, arguments, keys by what they wait for, what shows at last] */
type Row = readonly [string, readonly string[], readonly (readonly [string | RegExp, string])[], string | RegExp]
const ROWS: readonly Row[] = [
  ['the name at first', ['f'], [['\x1b[7mf\x1b[27m', 'q']], 'line 9'],
  ['a page on', ['f'], [['line 9', ' ']], 'line 18'],
  ['one line on', ['f'], [['line 9', 'j']], 'line 10'],
  ['the end', ['f'], [['line 9', 'G']], '\x1b[7m(END)\x1b[27m'],
  ['a search', ['f'], [['line 9', '/line 5.\r']], /line \x1b\[7m|\x1b\[7mline 50/],
  ['a search in vain', ['f'], [['line 9', '/nothing\r']], 'Pattern not found  (press RETURN)'],
  ['a search in what shows', ['f'], [['line 9', '/^line 1$\r']], /\x1b\[7mline 1\x1b/],
  ['a search back in what shows', ['f'], [['line 9', '?line\r']], /\x1b\[7mline\x1b\[\d*m 17/],
  [
    'where the last jump began',
    ['f'],
    [
      ['line 9', 'G'],
      ['(END)', "''"],
    ],
    '\x1b[1;1Hline 1\x1b[K',
  ],
  ['RETURN after a message does nothing else', ['f'], [['line 9', '-N\rj']], '\x1b[1m     10\x1b[0m line 10'],
  ['how many lines there are', ['f'], [['line 9', '=']], 'f lines 1-9/100 byte 63/792 7%  (press RETURN)'],
  ['a line that is not there', ['f'], [['line 9', '200g']], 'Cannot seek to line number 200  (press RETURN)'],
  ['a short file, with the prompt below it', ['g'], [], 'short\x1b[K\x1b[2;1H\x1b[7mg (END)'],
  ['line numbers', ['-N', 'f'], [], '\x1b[1m      1\x1b[0m line 1'],
  ['a long prompt', ['-M', 'f'], [], 'f lines 1-9'],
  ['only lines that match', ['f'], [['line 9', '&9$\r']], 'line 89'],
  ['only lines that do not', ['f'], [['line 9', '&!1\r']], 'line 20'],
  ['blank lines squeezed', ['-s', 'blank'], [], /one\r?\n?.*two/s],
  ['the bracket that belongs to it', ['code'], [['if (x) {', '{']], '} // end'],
  ['the next file', ['f', 'g'], [['f (file 1 of 2)', ':n']], 'g (file 2 of 2) (END)'],
  ['a percentage', ['f'], [['line 9', '50%']], 'line 51'],
  ['wide characters wrap', ['wide'], [], '가나다라마바사아자차'],
  ['long lines chopped', ['-S', 'long'], [], `${'x'.repeat(19)}\x1b[7m>`],
  ['control characters', ['ctrl'], [], '\x1b[7mESC\x1b[0m[31mred'],
  ['colours with -R', ['-R', 'ctrl'], [], '\x1b[31mred'],
]
const files = {
  '/root/f': numbered(100),
  '/root/g': 'short\n',
  '/root/blank': `one\n${'\n'.repeat(20)}two\n`,
  '/root/code': `if (x) {\n${'  y()\n'.repeat(30)}} // end\n`,
  '/root/wide': '가나다라마바사아자차카\n',
  '/root/long': `${'x'.repeat(30)}\n`,
  '/root/ctrl': '\x1b[31mred\x1b[0m\n',
}

it.each(ROWS)('%s', async (_, argv, keys, last) => {
  const kernel = await bootTestKernel([less])
  const terminal = await kernel.openTerminal(['less', ...argv], {
    files,
    size: { rows: 10, cols: 20 + (argv.includes('wide') || argv.includes('-S') ? 0 : 40) },
  })
  for (const [wait, type] of keys) {
    await terminal.expect(wait)
    await terminal.type(type)
  }
  if (!keys.some(([, type]) => type === 'q')) {
    await terminal.expect(last)
    await terminal.type('q')
  }
  expect(await terminal.ended).toBe(0)
  expect(terminal.output()).toMatch(
    last instanceof RegExp ? last : new RegExp(last.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
  )
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('prints what fits with -F, is cat in a pipe, and complains', async () => {
  const kernel = await bootTestKernel([less])
  expect((await kernel.runOnTerminal(['less', '-F', 'g'], { files })).output).toBe('short\r\n')
  expect((await kernel.run(['less', 'g'], { files })).stdout).toBe('short\n')
  expect(await kernel.run(['less', 'gone'])).toMatchObject({ stderr: 'gone: No such file or directory\n', status: 1 })
  kernel.shutdown()
})
