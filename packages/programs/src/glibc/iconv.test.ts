import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** Standard input is UTF-8; the output is shown in hexadecimal. */
const ROWS: readonly (readonly [argv: string, stdin: string, hex: string, status?: number])[] = [
  ['iconv -f utf8 -t latin1', 'äx', 'e478'],
  ['iconv -f utf8 -t latin1', 'ä€x', 'e4', 1],
  ['iconv -c -f utf8 -t ascii', 'ä€x', '78'],
  ['iconv -f utf8 -t ascii//TRANSLIT', 'ä€ß', '61455552' + '7373'],
  ['iconv -f utf8 -t utf16', 'ä', 'fffee400'],
  ['iconv -f utf8 -t windows-1252', '€', '80'],
  ['iconv -f utf8 -t sjis', '日本', '93fa967b'],
  ['iconv -f utf8 -t cp437', 'é', '82'],
  ['envsubst', '$A ${A}_ ${A:-x} $B.', '312031' + '5f20247b413a2d787d202e'],
  ['envsubst $A', '$A $B', '31202442'],
]

describe('iconv and envsubst', () => {
  let kernel: TestKernel
  beforeAll(async () => void (kernel = await bootTestKernel(programs)))

  it.each(ROWS.map(([argv, stdin, hex, status = 0]) => ({ argv, stdin, hex, status })))(
    '$argv of $stdin',
    async ({ argv, stdin, hex, status }) => {
      const words = argv.startsWith('iconv') ? [...argv.split(' '), '-o', '/tmp/out'] : argv.split(' ')
      const { stdout, status: ended } = await kernel.run(words, { stdin, env: { A: '1' } })
      const bytes = ['od', '-An', '-v', '-tx1', ...(stdout === '' && ended < 2 ? ['/tmp/out'] : [])]
      const shown = await kernel.run(bytes, { stdin: stdout })
      expect({ stdout: shown.stdout.replace(/\s/g, ''), ended }).toEqual({ stdout: hex, ended: status })
    },
  )
})
