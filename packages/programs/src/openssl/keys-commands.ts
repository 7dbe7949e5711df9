import {
  CURVE_NAMES,
  curveOid,
  encryptedPem,
  isEc,
  keyBits,
  pem,
  type PrivateKey,
  privatePem,
  type PublicKey,
  publicInfo,
  publicPkcs1,
  readPublicKey,
} from '@drydock/crypto'
import type { Command } from './command.ts'
import { type OptionTable, Refused } from './command.ts'
import {
  type Curve25519Key,
  curve25519Pem,
  curve25519Text,
  deriveX25519,
  newCurve25519,
  readCurve25519,
  signEd25519,
  verifyEd25519,
} from './curve25519.ts'
import { keyOnCurve, loadKey, newCurveKey, newKey } from './generate.ts'
import { modulusText, privateKeyText, publicKeyText } from './print.ts'

const CIPHERS = ['aes128', 'aes192', 'aes256', 'aes-128-cbc', 'aes-256-cbc', 'des3', 'des']
export const GENRSA_OPTIONS: OptionTable = {
  flags: ['traditional', 'verbose', 'quiet', 'F4', '3', 'f4', 'help'],
  values: ['out', 'passout', 'primes', 'rand'],
  kinds: { cipher: CIPHERS },
}
export const GENPKEY_OPTIONS: OptionTable = {
  flags: ['text', 'quiet', 'help'],
  values: ['out', 'algorithm', 'pkeyopt', 'outform', 'pass'],
  kinds: { cipher: CIPHERS },
}
export const KEY_OPTIONS: OptionTable = {
  flags: ['text', 'noout', 'pubout', 'pubin', 'check', 'modulus', 'traditional', 'RSAPublicKey_out', 'help'],
  values: ['in', 'out', 'inform', 'outform', 'passin', 'passout', 'conv_form', 'param_enc'],
  kinds: { cipher: CIPHERS },
}

async function encrypted(
  command: Command,
  key: PrivateKey,
  source: string | undefined,
  question: string,
): Promise<string> {
  const passphrase = source === undefined ? await command.newPassphrase(question) : await command.passphrase(source)
  return encryptedPem(key, passphrase, command.random)
}

/** openssl-genrsa(1). */
export async function genrsa(command: Command): Promise<number> {
  const bits = Number(command.operands[0] ?? 2048)
  const key = await newKey(command, bits)
  const text = command.has('cipher')
    ? await encrypted(command, key, command.get('passout'), 'Enter PEM pass phrase:')
    : privatePem(key, command.has('traditional'))
  await command.output(command.get('out'), text, 0o600)
  return 0
}

type Maker = (command: Command) => PrivateKey | Promise<PrivateKey>

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  [
    'RSA',
    (command) => {
      const option = command.options.get('pkeyopt')?.find((each) => each.startsWith('rsa_keygen_bits:'))
      return newKey(command, Number(option?.split(':')[1] ?? 2048))
    },
  ],
  ['EC', newCurveKey],
])

const CURVES_25519 = ['ED25519', 'X25519'] as const

/** openssl-genpkey(1), for RSA and the curves there are. */
export async function genpkey(command: Command): Promise<number> {
  const algorithm = command.get('algorithm')
  const curve = CURVES_25519.find((name) => name === algorithm?.toUpperCase())
  if (curve) {
    const made = newCurve25519(curve)(command)
    await command.output(
      command.get('out'),
      curve25519Pem(made) + (command.has('text') ? curve25519Text(made) : ''),
      0o600,
    )
    return 0
  }
  const make = MAKERS.get(algorithm?.toUpperCase() ?? '')
  if (!make)
    throw new Refused(
      algorithm === undefined
        ? 'genpkey: Use -help for summary.\n'
        : `genpkey: Error setting ${algorithm} algorithm: only RSA, EC, ED25519 and X25519 are supported here\n`,
    )
  const key = await make(command)
  const text = command.has('cipher')
    ? await encrypted(command, key, command.get('pass'), 'Enter PEM pass phrase:')
    : privatePem(key)
  await command.output(command.get('out'), text + (command.has('text') ? privateKeyText(key) : ''), 0o600)
  return 0
}

export const ECPARAM_OPTIONS: OptionTable = {
  flags: ['genkey', 'noout', 'list_curves', 'text', 'check', 'help'],
  values: ['name', 'out', 'in', 'param_enc', 'conv_form', 'outform'],
}

/** openssl-ecparam(1). */
export async function ecparam(command: Command): Promise<number> {
  if (command.has('list_curves')) {
    const lines = CURVE_NAMES.map(([curve, name]) => `  ${name.padEnd(10)}: NIST curve ${curve}\n`)
    await command.output(command.get('out'), lines.join(''))
    return 0
  }
  const key = keyOnCurve(command, command.get('name') ?? '')
  const parameters = command.has('noout') ? '' : pem('EC PARAMETERS', curveOid(key.curve))
  await command.output(
    command.get('out'),
    parameters + (command.has('genkey') ? privatePem(key, true) : ''),
    command.has('genkey') ? 0o600 : undefined,
  )
  return 0
}

async function loadPublic(command: Command): Promise<PublicKey> {
  const path = command.get('in')
  const key = readPublicKey(await command.text(path, 'Public Key'))
  if (!key) throw new Refused(`Could not read public key from ${path ?? '<stdin>'}\n`)
  return key
}

/** openssl-rsa(1), openssl-ec(1), openssl-pkey(1). */
export async function showKey(command: Command): Promise<number> {
  const kind = command.name === 'pkey' ? undefined : command.name.toUpperCase()
  const data = command.get('in') === undefined ? undefined : await command.text(command.get('in'), 'Private Key')
  const modern = data === undefined ? undefined : readCurve25519(data)
  if (modern && kind === undefined) {
    const text = command.has('text') ? curve25519Text(modern) : ''
    const block = command.has('noout') ? '' : curve25519Pem(modern, command.has('pubout'))
    await command.output(command.get('out'), block + text, 0o600)
    return 0
  }
  if (kind === 'EC') await command.io.warn('read EC key\n')
  const key = command.has('pubin') ? undefined : await loadKey(command, command.get('in'), command.get('passin'))
  const publicKey = key ?? (await loadPublic(command))
  if (kind === 'RSA' && isEc(publicKey)) throw new Refused('Not an RSA key\n')
  let out = ''
  if (command.has('text')) out += key ? privateKeyText(key) : publicKeyText(publicKey)
  if (command.has('modulus')) out += modulusText(publicKey)
  if (command.has('check')) out += checked(publicKey, key)
  if (!command.has('noout')) {
    if (kind !== undefined) await command.io.warn(`writing ${kind} key\n`)
    if (command.has('RSAPublicKey_out') && !isEc(publicKey)) out += pem('RSA PUBLIC KEY', publicPkcs1(publicKey))
    else if (!key || command.has('pubout')) out += pem('PUBLIC KEY', publicInfo(publicKey))
    else
      out += command.has('cipher')
        ? await encrypted(command, key, command.get('passout'), 'Enter PEM pass phrase:')
        : privatePem(key, kind === 'EC' || command.has('traditional'))
  }
  await command.output(command.get('out'), out, 0o600)
  return 0
}

function checked(publicKey: PublicKey, key: PrivateKey | undefined): string {
  if (isEc(publicKey)) return 'EC Key valid.\n'
  return key && !isEc(key) && key.p * key.q === key.n ? 'RSA key ok\n' : 'RSA key error\n'
}

export const PKEYUTL_OPTIONS: OptionTable = {
  flags: ['encrypt', 'decrypt', 'sign', 'verify', 'derive', 'rawin', 'pubin', 'help'],
  values: ['in', 'out', 'inkey', 'peerkey', 'sigfile', 'passin', 'pkeyopt'],
}

/** What can be done with keys of Ed25519 and X25519. */
async function with25519(command: Command, key: Curve25519Key): Promise<number> {
  if (command.has('derive')) {
    const peer = readCurve25519(await command.text(command.get('peerkey'), 'Peer Key'))
    const secret = peer && deriveX25519(key, peer)
    if (!secret) throw new Refused('Error setting up peer key\n')
    await command.output(command.get('out'), secret)
    return 0
  }
  const message = await command.input(command.get('in'))
  if (command.has('verify')) {
    const fits = verifyEd25519(key, message, await command.input(command.get('sigfile'), 'signature'))
    await command.io.print(fits ? 'Signature Verified Successfully\n' : 'Signature Verification Failure\n')
    return fits ? 0 : 1
  }
  const signature = command.has('sign') ? signEd25519(key, message) : undefined
  if (!signature) throw new Refused('Public Key operation error\n')
  await command.output(command.get('out'), signature)
  return 0
}

/** openssl-pkeyutl(1) and rsautl: what a key does with bytes. */
export async function pkeyutl(command: Command): Promise<number> {
  const { encryptRsa, decryptRsa } = await import('@drydock/crypto')
  const path = command.get('inkey')
  const modern = path === undefined ? undefined : readCurve25519(await command.text(path, 'Private Key'))
  if (modern) return with25519(command, modern)
  const data = await command.input(command.get('in'))
  if (command.has('decrypt')) {
    const own = await loadKey(command, path, command.get('passin'))
    const plain = isEc(own) ? undefined : decryptRsa(own, data)
    if (!plain) throw new Refused('Public Key operation error\n')
    await command.output(command.get('out'), plain)
    return 0
  }
  const key = command.has('pubin')
    ? readPublicKey(await command.text(path, 'Public Key'))
    : await loadKey(command, path, command.get('passin'))
  const sealed = key && !isEc(key) ? encryptRsa(key, data, command.random) : undefined
  if (!sealed)
    throw new Refused(`Public Key operation error\ndata too large for key size${key ? ` (${keyBits(key)} bit)` : ''}\n`)
  await command.output(command.get('out'), sealed)
  return 0
}
