import { describe, expect, it } from 'vitest'
import { displayPorts } from './ports.ts'
import { bytesSize, ellipsis, humanDuration, humanSize, quoted } from './units.ts'

describe('units', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [1985000, '1.985MB'],
    [1024, '1.024kB'],
    [5_000_000_000, '5GB'],
  ])('humanSize %d', (bytes, text) => expect(humanSize(bytes)).toBe(text))
  it('rounds to three digits as %.3g does', () => {
    expect([humanSize(1985000, 3), humanSize(187_654_321, 3), humanSize(999_900, 3)]).toEqual([
      '1.99MB',
      '188MB',
      '1e+03kB',
    ])
  })
  it('counts memory in powers of two', () =>
    expect([bytesSize(581632), bytesSize(25275953152)]).toEqual(['568KiB', '23.54GiB']))
  it.each([
    [0.4, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [61, 'About a minute'],
    [119, 'About a minute'],
    [120, '2 minutes'],
    [3600, 'About an hour'],
    [5400, '2 hours'],
    [47 * 3600, '47 hours'],
    [48 * 3600, '2 days'],
    [14 * 86400, '2 weeks'],
    [60 * 86400, '2 months'],
    [730 * 86400, '2 years'],
  ])('humanDuration %d', (seconds, text) => expect(humanDuration(seconds)).toBe(text))
  it('cuts and quotes', () => {
    expect([ellipsis('123456', 6), ellipsis('1234567', 6), quoted('a "b"\u001b')]).toEqual([
      '123456',
      '12345…',
      '"a \\"b\\"\\x1b"',
    ])
  })
})

describe('ports', () => {
  const port = (IP: string, PublicPort: number, PrivatePort: number, Type = 'tcp') => ({
    IP,
    PublicPort,
    PrivatePort,
    Type,
  })
  it('shows single ports, ranges and exposed ones', () => {
    expect(displayPorts([port('0.0.0.0', 8080, 80), port('::', 8080, 80)])).toBe(
      '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp',
    )
    expect(displayPorts([port('127.0.0.1', 9001, 9001), port('127.0.0.1', 9000, 9000)])).toBe(
      '127.0.0.1:9000-9001->9000-9001/tcp',
    )
    expect(
      displayPorts([
        { PrivatePort: 443, Type: 'tcp' },
        { PrivatePort: 80, Type: 'tcp' },
      ]),
    ).toBe('80/tcp, 443/tcp')
  })
})
