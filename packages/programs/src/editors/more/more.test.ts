import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { Screen } from '../../testing/screen.ts'
import { more } from './more.ts'

const files = {
  '/root/f': Array.from({ length: 100 }, (_, at) => `line ${at + 1}\n`).join(''),
  '/root/g': 'other file\nsecond\n',
}

/** [arguments, keys, the first row and the last one]: as more of util-linux 2.38 had them. */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['f', '', 'line 1', '--More--(22%)'],
  ['f', ' ', 'line 24', '--More--(45%)'],
  ['f', '\r', 'line 2', '--More--(23%)'],
  ['f', '5\r', 'line 6', '--More--(27%)'],
  ['f', 'd', 'line 12', '--More--(33%)'],
  ['f', 's', 'line 25', '--More--(46%)'],
  ['f', 'f', 'line 47', '--More--(68%)'],
  ['f', 'b', 'line 1', '--More--(22%)'],
  ['f', 'n', 'line 1', 'No previous regular expression'],
  ['f', '=', 'line 1', '23'],
  ['f', ':f', 'line 1', '"f" line 23'],
  ['f', '   ', 'line 70', '--More--(91%)'],
  ['f', '    ', 'line 93', '(END)'],
  ['f', '\r.', 'line 3', '--More--(24%)'],
  ['-d f', '', 'line 1', "--More--(22%)[Press space to continue, 'q' to quit.]"],
  ['+50 f', '', 'line 50', '--More--(71%)'],
  ['+/line_7 f', '', 'line 5', '--More--(26%)'],
  ['f g', '', '::::::::::::::', '--More--(19%)'],
  ['f g', ':n', 'line 3', '--More--(Next file: g)'],
  ['g', '', 'other file', '(END)'],
]

it.each(ROWS)('more %s, %j', async (words, keys, first, last) => {
  const kernel = await bootTestKernel([more])
  const argv = ['more', ...words.split(' ').map((word) => word.replace('_', ' '))]
  const terminal = await kernel.openTerminal(argv, { files })
  const screen = new Screen(terminal)
  await screen.until((rows) => rows.some((row) => /--More--|\(END\)/.test(row)))
  for (const key of keys.match(/\d*[^]/g) ?? []) await terminal.type(key)
  const rows = await screen.until((each) => each[23] === last)
  if (words !== 'f g' || keys === '') expect(rows[0]).toBe(first)
  await terminal.type('q')
  expect(await terminal.ended).toBe(0)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('passes text through where there is no terminal', async () => {
  const kernel = await bootTestKernel([more])
  expect((await kernel.run(['more', 'g'], { files })).stdout).toBe('other file\nsecond\n')
  expect((await kernel.run(['more', 'g', 'g'])).stdout).toMatch(/^::::::::::::::\ng\n::::::::::::::\nother/)
  expect((await kernel.run(['more', 'nosuch'])).stderr).toBe('more: cannot open nosuch: No such file or directory\n')
  kernel.shutdown()
})
