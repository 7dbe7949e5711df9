import { parseIpv6 } from '@drydock/abi'

/** `10`, `10.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, an address of IPv6 with or without bits: what Require ip takes. */
export function isNetwork(text: string): boolean {
  if (text.includes(':')) return /^[\da-f:.]+(\/\d{1,3})?$/i.test(text)
  const [address = '', mask] = text.split('/')
  const parts = address.replace(/\.$/, '').split('.')
  const whole = parts.length <= 4 && parts.every(isByte)
  if (mask === undefined) return whole
  return (
    whole && (/^\d+$/.test(mask) ? Number(mask) <= 32 : mask.split('.').length === 4 && mask.split('.').every(isByte))
  )
}

const isByte = (part: string): boolean => /^\d{1,3}$/.test(part) && Number(part) < 256

const numberOf = (parts: readonly string[]): number =>
  [0, 1, 2, 3].reduce((sum, at) => sum * 256 + Number(parts[at] ?? 0), 0)

/** Whether an address lies in a network that `isNetwork` takes. */
export function inNetwork(address: string, network: string): boolean {
  if (network.includes(':') || address.includes(':')) return inNetwork6(address, network)
  const [base = '', mask] = network.split('/')
  const parts = base.replace(/\.$/, '').split('.')
  const bits = mask === undefined ? parts.length * 8 : mask.includes('.') ? ones(mask) : Number(mask)
  const size = 2 ** (32 - bits)
  return Math.floor(numberOf(address.split('.')) / size) === Math.floor(numberOf(parts) / size)
}

const ones = (mask: string): number => numberOf(mask.split('.')).toString(2).replaceAll('0', '').length

function inNetwork6(address: string, network: string): boolean {
  const [base = '', bits = '128'] = network.split('/')
  const [have, wanted] = [parseIpv6(address), parseIpv6(base)]
  if (have === undefined || wanted === undefined) return false
  const rest = BigInt(128 - Number(bits))
  return have >> rest === wanted >> rest
}
