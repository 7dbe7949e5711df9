import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** Commands and answers of GNU ed 1.19. */
const ROWS: readonly (readonly [commands: string, stdout: string, status?: number])[] = [
  ['a\none\ntwo\nthree\n.\n1,$p\n2d\n,n\nQ\n', 'one\ntwo\nthree\n1\tone\n2\tthree\n'],
  ['a\n1\n2\n3\n.\n2,3m0\n,p\nu\nt$\n,p\n1,2j\np\nQ\n', '2\n3\n1\n1\n2\n3\n3\n12\n'],
  [
    'a\nhello world\n.\ns/\\(h.*\\) \\(w.*\\)/\\2 \\1/p\ns/o/0/2p\ns/l/&L/gn\nQ\n',
    'world hello\nworld hell0\n1\tworlLd helLlL0\n',
  ],
  ['a\n1\n2\n3\n4\n.\ng/[24]/m0\n,p\ng/3/s/$/!/\\\nd\n,p\nQ\n', '4\n2\n1\n3\n4\n2\n1\n'],
  [
    'a\nx\ty\\\n.\nl\nfoo\nh\n9p\nH\nq\n',
    'x\\ty\\\\$\n?\nUnexpected command suffix\n?\nInvalid address\n?\nWarning: buffer modified\n',
    1,
  ],
]

describe('ed', () => {
  it.each(ROWS.map(([commands, stdout, status = 0]) => ({ commands, stdout, status })))(
    '$commands',
    async ({ commands, stdout, status }) => {
      const kernel = await bootTestKernel(programs)
      const result = await kernel.run(['ed'], { stdin: commands })
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
      kernel.shutdown()
    },
  )
})
