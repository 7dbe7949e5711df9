import {
  CURVE_NAMES,
  type EcPrivateKey,
  generateEc,
  generateRsa,
  type PrivateKey,
  readPrivateKey,
  type RsaPrivateKey,
} from '@drydock/crypto'
import type { Command } from './command.ts'
import { Refused } from './command.ts'

/** Makes a key and shows on standard error that something is happening, as openssl does. */
export async function newKey(command: Command, bits: number): Promise<RsaPrivateKey> {
  if (!Number.isInteger(bits) || bits < 512) throw new Refused(`${command.name}: Error generating RSA key\n`)
  const size = Math.min(16_384, Math.ceil(bits / 16) * 16)
  let steps = 0
  const pause = (): Promise<void> | undefined => {
    steps++
    return command.pause()
  }
  const key = await generateRsa(size, command.random, pause)
  const dots = (count: number): string => Array.from({ length: count }, (_, i) => (i % 5 === 4 ? '+' : '.')).join('')
  const first = dots(10 + (steps % 40))
  await command.io.warn(`${first}${'+'.repeat(65)}*${dots(steps % 23)}${'+'.repeat(65)}*${dots(steps % 31)}\n`)
  return key
}

const CURVE_OPTION = 'ec_paramgen_curve:'

/** A key on the curve that `-pkeyopt ec_paramgen_curve:` names. @throws Refused */
export function newCurveKey(command: Command): EcPrivateKey {
  const option = command.options.get('pkeyopt')?.find((each) => each.startsWith(CURVE_OPTION))
  return keyOnCurve(command, option?.slice(CURVE_OPTION.length) ?? '')
}

/** @throws Refused */
export function keyOnCurve(command: Command, name: string): EcPrivateKey {
  const [curve] = CURVE_NAMES.find((names) => names.includes(name)) ?? []
  if (!curve) throw new Refused(`${command.name}: Error generating EC key: ${name || 'no'} curve is known here\n`)
  return generateEc(curve, command.random)
}

/** @throws Refused when it cannot be read */
export async function loadKey(
  command: Command,
  path: string | undefined,
  source: string | undefined,
): Promise<PrivateKey> {
  const text = await command.text(path, 'Private Key')
  const shown = path ?? '<stdin>'
  const key = await readPrivateKey(text, async () =>
    source === undefined ? command.prompt(`Enter pass phrase for ${shown}:`, true) : command.passphrase(source),
  )
  if (key === 'wrong passphrase') throw new Refused(`Could not read private key from ${shown}\n`)
  if (!key) throw new Refused(`Could not read private key from ${shown}\n`)
  return key
}
