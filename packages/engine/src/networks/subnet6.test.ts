import { formatIpv6, parseIpv6 } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { overlaps6, ownSubnets, parseSubnet6, printSubnet6 } from './subnet6.ts'

describe('IPv6 addresses', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:0:0:0:0:0:0:1', 'fd00::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['fe80::', 'fe80::'],
  ])('%s is %s', (text, printed) => {
    expect(formatIpv6(parseIpv6(text) ?? -1n)).toBe(printed)
  })

  it.each(['', ':', '1:2', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7:8:9', '1.2.3.4'])('%s is none', (text) => {
    expect(parseIpv6(text)).toBeUndefined()
  })

  it('keeps prefixes apart', () => {
    const subnet = parseSubnet6('fd00:1::5/64')
    expect(subnet && printSubnet6(subnet)).toBe('fd00:1::/64')
    const [wide, narrow, other] = ['fd00::/16', 'fd00:1::/64', 'fd01::/64'].map((text) => parseSubnet6(text))
    expect(wide && narrow && overlaps6(narrow, wide)).toBe(true)
    expect(wide && other && overlaps6(wide, other)).toBe(false)
  })

  it('gives out networks of one prefix', () => {
    const subnets = ownSubnets(Uint8Array.of(1, 2, 3, 4, 5))
    const first = subnets.next().value
    const second = subnets.next().value
    expect([first, second].map((each) => each && printSubnet6(each))).toEqual([
      'fd01:203:405::/64',
      'fd01:203:405:1::/64',
    ])
  })
})
