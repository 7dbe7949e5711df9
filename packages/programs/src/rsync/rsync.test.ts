import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** One after the other, in one folder; the answers are rsync 3's. */
const ROWS: readonly (readonly [argv: string, stdout: string, status?: number])[] = [
  [
    'rsync -ain s/ d',
    'created directory d\ncd+++++++++ ./\n>f+++++++++ a\ncL+++++++++ l -> a\ncd+++++++++ sub/\n>f+++++++++ sub/b\n',
  ],
  ['rsync -a s/ d', ''],
  ['rsync -ai s/ d', ''],
  ['rsync -rv s/l s e', 'skipping non-regular file "l"\n', 0],
  ['chmod 600 s/a', ''],
  ['rsync -ai s/ d', '.f...p..... a\n'],
  ['tee -a s/sub/b', 'x'],
  ['rsync -ai --exclude=/a s/ d', '>f.st...... sub/b\n'],
  ['rm s/a', ''],
  ['rsync -aiO --delete --exclude=sub s/ d', '*deleting   a\n'],
  [
    'rsync -aO --delete --delete-excluded --exclude=sub --itemize-changes s/ d',
    '*deleting   sub/b\n*deleting   sub/\n',
  ],
  ['rsync s f', 'skipping directory s\n'],
  ['rsync -a nope f', '', 23],
  [
    'rsync -a --include=b --include=*/ --exclude=* --itemize-changes s/ g',
    'created directory g\ncd+++++++++ ./\ncd+++++++++ sub/\n>f+++++++++ sub/b\n',
  ],
  ['rsync -a host:/x y', '', 255],
]

describe('rsync', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
    for (const folder of ['/w', '/w/s', '/w/s/sub']) kernel.sys.mkdir(folder, 0o755)
    await kernel.run(['tee', '/w/s/a', '/w/s/sub/b'], { stdin: 'text' })
    kernel.sys.symlink('a', '/w/s/l')
  })

  it.each(ROWS.map(([argv, stdout, status = 0]) => ({ argv, stdout, status })))(
    '$argv',
    async ({ argv, stdout, status }) => {
      const result = await kernel.run(argv.split(' '), { cwd: '/w', stdin: 'x' })
      if (argv.includes('-rv')) expect(result.stdout).toContain(stdout)
      else expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    },
  )
})
