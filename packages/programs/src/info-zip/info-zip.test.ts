import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** One after the other, in one folder; the answers are those of Info-ZIP's programs. */
const ROWS: readonly (readonly [argv: string, stdout: string, status?: number])[] = [
  ['zip -r x.zip d -x *.bin', '  adding: d/ (stored 0%)\n  adding: d/a (deflated 98%)\n'],
  ['zip x nope', '\tzip warning: name not matched: nope\n\nzip error: Nothing to do! (x.zip)\n', 12],
  ['zip -j x d/z.bin', '  adding: z.bin (stored 0%)\n'],
  ['unzip -Z1 x', 'd/\nd/a\nz.bin\n'],
  [
    'unzip -t x d/a',
    'Archive:  x.zip\n    testing: d/a                      OK\nNo errors detected in x.zip for the 1 file tested.\n',
  ],
  ['unzip x -d o -x d/*', 'Archive:  x.zip\n extracting: o/z.bin                 \n'],
  ['unzip -p x z.bin', 'zz'],
  ['unzip x nothere', 'Archive:  x.zip\n', 11],
  ['unzip -n x z.bin -d o', 'Archive:  x.zip\n'],
  ['zip -d x d/*', 'deleting: d/\ndeleting: d/a\n'],
  ['zipinfo -t x', '1 file, 2 bytes uncompressed, 2 bytes compressed:  0.0%\n'],
  ['zip -u x z.bin', 'updating: z.bin (stored 0%)\n'],
]

describe('zip and unzip', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
    kernel.sys.mkdir('/w', 0o755)
    kernel.sys.mkdir('/w/d', 0o755)
    await kernel.run(['tee', '/w/d/a'], { stdin: 'a'.repeat(500) })
    await kernel.run(['tee', '/w/d/z.bin'], { stdin: 'zz' })
    await kernel.run(['tee', '/w/z.bin'], { stdin: 'z2' })
    await kernel.run(['touch', '-d', '+1 hour', '/w/z.bin'])
  })

  it.each(ROWS.map(([argv, stdout, status = 0]) => ({ argv, stdout, status })))(
    '$argv',
    async ({ argv, stdout, status }) => {
      const result = await kernel.run(argv.split(' '), { cwd: '/w' })
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    },
  )
})
