import { describe, expect, it } from 'vitest'
import { Recording } from './recording.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a recording', () => {
  it('is an asciinema cast: a head, then what was said with its time in seconds', () => {
    const recording = new Recording()
    recording.hear(bytes('$ '), 1000)
    recording.hear(bytes('ls\r\n'), 2500)
    const [head = '', ...events] = recording
      .cast({ cols: 80, rows: 24 }, 'node1', 1_700_000_000_000)
      .trimEnd()
      .split('\n')
    expect(JSON.parse(head)).toMatchObject({
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_700_000_001,
      title: 'node1',
    })
    expect(events.map((event) => JSON.parse(event))).toEqual([
      [0, 'o', '$ '],
      [1.5, 'o', 'ls\r\n'],
    ])
  })

  it('keeps characters whole that came in two pieces', () => {
    const recording = new Recording()
    const [first, ...rest] = bytes('ü')
    recording.hear(Uint8Array.of(first ?? 0), 0)
    recording.hear(Uint8Array.from(rest), 1)
    expect(recording.cast({ cols: 1, rows: 1 }, '', 0)).toContain('"ü"')
  })

  it('forgets the oldest when it gets long', () => {
    const recording = new Recording()
    recording.hear(bytes('first'), 0)
    recording.hear(new Uint8Array(4 * 1024 * 1024).fill(0x61), 1)
    expect(recording.cast({ cols: 1, rows: 1 }, '', 0)).not.toContain('first')
  })
})
