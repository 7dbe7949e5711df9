import { expect, test } from 'vitest'
import { decodeSolveStatus, encodeSolveStatus, type SolveStatus } from './solve-status.ts'

const STATUS: SolveStatus = {
  vertexes: [
    {
      digest: 'sha256:1',
      inputs: ['sha256:0', 'sha256:2'],
      name: 'RUN ä',
      cached: true,
      started: 1_700_000_000_123.5,
      completed: undefined,
      error: '',
    },
    { digest: 'sha256:2', inputs: [], name: 'x', cached: false, started: 1000, completed: 2000.25, error: 'oh no' },
  ],
  statuses: [
    {
      id: 'layer',
      vertex: 'sha256:1',
      name: '',
      current: 5_000_000_000,
      total: 6_000_000_000,
      timestamp: 1500,
      started: 1000,
      completed: undefined,
    },
  ],
  logs: [{ vertex: 'sha256:1', timestamp: 1001, stream: 2, message: Uint8Array.of(0, 255, 10) }],
  warnings: [
    {
      vertex: '',
      level: 1,
      short: 'Rule: text',
      detail: ['one', 'two'],
      url: 'https://x',
      source: { filename: 'Dockerfile', data: 'FROM a\n' },
      ranges: [{ start: 1, end: 3 }],
    },
  ],
}

test('a status goes there and back', () => {
  expect(decodeSolveStatus(encodeSolveStatus(STATUS))).toEqual(STATUS)
})

test('a status of the real engine is read', () => {
  // What dockerd 20.10 sent for the first step of a build.
  const digest = `sha256:${'ab'.repeat(32)}`
  const inner = [10, 71, ...new TextEncoder().encode(digest), 26, 1, 120, 42, 6, 8, 128, 226, 207, 170, 6]
  const vertex = decodeSolveStatus(Uint8Array.from([10, inner.length, ...inner])).vertexes[0]
  expect(vertex).toMatchObject({ digest, name: 'x', started: 1_700_000_000_000, cached: false })
})
