import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { apacheUtils } from './index.ts'

it.each([
  ['http://localhost:81', /^ab: invalid URL\nUsage: ab /],
  ['localhost', /^ab: invalid URL\nUsage: ab /],
  ['-n 0 http://localhost/', /^Invalid number of requests\n$/],
  ['-n x http://localhost/', /^Invalid number of requests\n$/],
])('ab %s', async (words, said) => {
  const kernel = await bootTestKernel(apacheUtils)
  const { stderr, status } = await kernel.run(['ab', ...words.split(' ')])
  expect(stderr).toMatch(said)
  expect(status).not.toBe(0)
  kernel.shutdown()
})
