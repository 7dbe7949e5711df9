import { bootTestKernel } from '@drydock/kernel/testing'
import { afterAll, expect, it } from 'vitest'
import { extraPrograms } from './index.ts'

const kernel = await bootTestKernel(extraPrograms)
afterAll(() => kernel.shutdown())

it.each([
  ['2 3 + p', '5\n'],
  ['10 k 1 3 / p', '.3333333333\n'],
  ['_5 3 % p 17 5 ~ f', '-2\n2\n3\n-2\n'],
  ['[la1+dsa*pla10>y]sy 0sa1 lyx', '1\n2\n6\n24\n120\n720\n5040\n40320\n362880\n3628800\n'],
  ['16o 255p 2i 101p', 'FF\n5\n'],
  ['1 2 3 r f z p', '2\n3\n1\n3\n'],
  ['[hello]P 5 3 2|p', 'hello1\n'],
  ['2 64^ v p', '4294967296\n'],
])('%s', async (script, printed) => {
  expect((await kernel.run(['dc', '-e', script])).stdout).toBe(printed)
})

it('goes on after an error', async () => {
  const { stdout, stderr } = await kernel.run(['dc'], { stdin: '1 0 / p\n+\n4 p\n' })
  expect(stdout).toBe('0\n4\n')
  expect(stderr).toBe('dc: divide by zero\n')
})
