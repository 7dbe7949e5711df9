import type { BuildRecord, BuildStep } from '@drydock/docker-api'
import { expect, it } from 'vitest'
import { durationText, outputsOf, spanOf } from './build-facts.ts'

const step = (index: number, name: string, startedAt: number, completedAt: number): BuildStep => ({
  index,
  name,
  cached: false,
  error: '',
  startedAt,
  completedAt,
})

const LOG = `#1 [1/2] FROM alpine
#1 CACHED

#2 [2/2] RUN seq 2
#2 0.011 1
#2 ...

#1 [1/2] FROM alpine
#1 DONE 0.0s

#2 [2/2] RUN seq 2
#2 0.012 2
#2 DONE 0.1s
------
 > [2/2] RUN seq 2:
`

it('gives each step what it printed, taken up again or not', () => {
  const vertexes = [step(1, '[1/2] FROM alpine', 0, 0), step(2, '[2/2] RUN seq 2', 0, 100)]
  const outputs = outputsOf({ log: LOG, vertexes } as unknown as BuildRecord)
  expect([...outputs.values()]).toEqual([[], ['0.011 1', '0.012 2']])
})

it('places a step within the time of its build', () => {
  const build = { createdAt: 1000, completedAt: 3000 } as BuildRecord
  expect(spanOf(build, step(1, '', 1500, 2500))).toEqual({ from: 0.25, part: 0.5 })
  expect(spanOf(build, step(1, '', 900, 9000))).toEqual({ from: 0, part: 1 })
})

it.each([
  [0, '0.0s'],
  [1234, '1.2s'],
  [125_000, '2m 5s'],
])('says how long %d ms are', (completedAt, text) => {
  expect(durationText({ startedAt: 0, completedAt })).toBe(text)
})
