import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** One after the other, in one folder; the answers are GNU tar's. */
const ROWS: readonly (readonly [argv: string, stdout: string, status?: number])[] = [
  ['tar cf x.tar d', ''],
  ['tar --delete -f x.tar d/a', ''],
  ['tar tf x.tar', 'd/\nd/b\n'],
  ['tar --delete -f x.tar nope', '', 2],
  ['tar uf x.tar d', ''],
  ['tar tf x.tar', 'd/\nd/b\nd/a\n'],
  ['tar -df x.tar', ''],
  ['chmod 600 d/a', ''],
  ['tar -df x.tar', 'd/a: Mode differs\n', 1],
  ['tar cvf t.tar --transform s/^d/new/;s/B/c/i d/b', 'd/b\n'],
  ['tar tf t.tar', 'new/c\n'],
  ['tar xvf t.tar --xform s,new,q, --show-transformed-names', 'q/c\n'],
  ['tar xf t.tar --one-top-level', ''],
  ['ls t/new q', 'q:\nc\n\nt/new:\nc\n'],
  ['tar xf t.tar --skip-old-files --xform s,new,q,', ''],
  ['tar -A -f t.tar x.tar', ''],
  ['tar tf t.tar --wildcards */[ac]', 'new/c\nd/a\n'],
  ['tar cf o.tar --owner=bob:1234 --group=staff:50 --mtime=2020-01-01 d/b', ''],
  ['tar tvf o.tar', '-rw-r--r-- bob/staff         4 2020-01-01 00:00 d/b\n'],
  ['tar cf r.tar --remove-files q', ''],
  ['ls q', '', 2],
]

describe('tar', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
    kernel.sys.mkdir('/w', 0o755)
    kernel.sys.mkdir('/w/d', 0o755)
    await kernel.run(['tee', '/w/d/a', '/w/d/b'], { stdin: 'text' })
  })

  it.each(ROWS.map(([argv, stdout, status = 0]) => ({ argv, stdout, status })))(
    '$argv',
    async ({ argv, stdout, status }) => {
      const result = await kernel.run(argv.split(' '), { cwd: '/w' })
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    },
  )
})
