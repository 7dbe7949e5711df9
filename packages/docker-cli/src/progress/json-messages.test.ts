import type { JsonMessage } from '@drydock/docker-api'
import { describe, expect, it } from 'vitest'
import { LayerLines } from './json-messages.ts'
import { progressBar } from './progress-bar.ts'

const MESSAGES: readonly JsonMessage[] = [
  { status: 'Pulling from library/alpine', id: 'latest' },
  { status: 'Pulling fs layer', progressDetail: {}, id: 'aaa' },
  { status: 'Pulling fs layer', progressDetail: {}, id: 'bbb' },
  { status: 'Downloading', progressDetail: { current: 1000, total: 4000 }, id: 'aaa' },
  { status: 'Pull complete', progressDetail: {}, id: 'bbb' },
  { status: 'Digest: sha256:abc' },
  { status: 'Status: Downloaded newer image for alpine:latest' },
]
const show = (columns: number | undefined): string[] => {
  const lines = new LayerLines(columns)
  return MESSAGES.map((message) => lines.show(message, 0))
}

describe('streams of messages', () => {
  it('redraws a layer where it stands on a terminal', () => {
    expect(show(80)).toEqual([
      'latest: Pulling from library/alpine\n',
      '\n\u001b[1A\u001b[2K\raaa: Pulling fs layer \r\u001b[1B',
      '\n\u001b[1A\u001b[2K\rbbb: Pulling fs layer \r\u001b[1B',
      '\u001b[2A\u001b[2K\raaa: Downloading      1kB/4kB\r\u001b[2B',
      '\u001b[1A\u001b[2K\rbbb: Pull complete \r\u001b[1B',
      'Digest: sha256:abc\n',
      'Status: Downloaded newer image for alpine:latest\n',
    ])
  })
  it('prints a line a message elsewhere, without those that move', () => {
    expect(show(undefined)).toEqual([
      'latest: Pulling from library/alpine\n',
      'aaa: Pulling fs layer\n',
      'bbb: Pulling fs layer\n',
      '',
      'bbb: Pull complete\n',
      'Digest: sha256:abc\n',
      'Status: Downloaded newer image for alpine:latest\n',
    ])
  })
})

describe('progressBar', () => {
  it('is drawn from 111 columns on', () => {
    const detail = { current: 1_200_000, total: 3_400_000 }
    expect(progressBar(detail, 120, 0)).toBe('[=================>                                 ]    1.2MB/3.4MB')
    expect(progressBar(detail, 110, 0)).toBe('   1.2MB/3.4MB')
  })
  it('knows totals that are missing, and other units', () => {
    expect(progressBar({ current: 2048 }, 120, 0)).toBe(' 2.048kB')
    expect(progressBar({ current: 3, units: 's' }, 120, 0)).toBe('3 s')
    expect(progressBar({}, 120, 0)).toBe('')
  })
})
