import {
  bitLength,
  encryptedPem,
  pem,
  privatePem,
  publicInfo,
  publicPkcs1,
  readPublicKey,
  type RsaPublicKey,
} from '@drydock/crypto'
import type { Command } from './command.ts'
import { type OptionTable, Refused } from './command.ts'
import { loadKey, newKey } from './generate.ts'
import { privateKeyText, publicKeyText } from './print.ts'

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
export const RSA_OPTIONS: OptionTable = {
  flags: ['text', 'noout', 'pubout', 'pubin', 'check', 'modulus', 'traditional', 'RSAPublicKey_out', 'help'],
  values: ['in', 'out', 'inform', 'outform', 'passin', 'passout'],
  kinds: { cipher: CIPHERS },
}

async function encrypted(
  command: Command,
  key: Awaited<ReturnType<typeof newKey>>,
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

/** openssl-genpkey(1), for RSA. */
export async function genpkey(command: Command): Promise<number> {
  const algorithm = command.get('algorithm')
  if (algorithm?.toUpperCase() !== 'RSA')
    throw new Refused(
      algorithm === undefined
        ? 'genpkey: Use -help for summary.\n'
        : `genpkey: Error setting ${algorithm} algorithm: only RSA is supported here\n`,
    )
  const option = command.options.get('pkeyopt')?.find((each) => each.startsWith('rsa_keygen_bits:'))
  const key = await newKey(command, Number(option?.split(':')[1] ?? 2048))
  const text = command.has('cipher')
    ? await encrypted(command, key, command.get('pass'), 'Enter PEM pass phrase:')
    : privatePem(key)
  await command.output(command.get('out'), text + (command.has('text') ? privateKeyText(key) : ''), 0o600)
  return 0
}

async function loadPublic(command: Command): Promise<RsaPublicKey> {
  const path = command.get('in')
  const key = readPublicKey(await command.text(path, 'Public Key'))
  if (!key) throw new Refused(`Could not read public key from ${path ?? '<stdin>'}\n`)
  return key
}

/** openssl-rsa(1), openssl-pkey(1). */
export async function rsa(command: Command): Promise<number> {
  const isPublic = command.has('pubin')
  const key = isPublic ? undefined : await loadKey(command, command.get('in'), command.get('passin'))
  const publicKey = key ?? (await loadPublic(command))
  let out = ''
  if (command.has('text')) out += key ? privateKeyText(key) : publicKeyText(publicKey)
  if (command.has('modulus')) out += `Modulus=${publicKey.n.toString(16).toUpperCase()}\n`
  if (command.has('check')) out += key && key.p * key.q === key.n ? 'RSA key ok\n' : 'RSA key error\n'
  if (!command.has('noout')) {
    if (command.name === 'rsa') await command.io.warn('writing RSA key\n')
    if (command.has('RSAPublicKey_out')) out += pem('RSA PUBLIC KEY', publicPkcs1(publicKey))
    else if (!key || command.has('pubout')) out += pem('PUBLIC KEY', publicInfo(publicKey))
    else
      out += command.has('cipher')
        ? await encrypted(command, key, command.get('passout'), 'Enter PEM pass phrase:')
        : privatePem(key, command.has('traditional'))
  }
  await command.output(command.get('out'), out, 0o600)
  return 0
}

export const PKEYUTL_OPTIONS: OptionTable = {
  flags: ['encrypt', 'decrypt', 'pubin', 'help'],
  values: ['in', 'out', 'inkey', 'passin', 'pkeyopt'],
}

/** openssl-pkeyutl(1) and rsautl: encryption by a key. */
export async function pkeyutl(command: Command): Promise<number> {
  const { encryptRsa, decryptRsa } = await import('@drydock/crypto')
  const data = await command.input(command.get('in'))
  const path = command.get('inkey')
  if (command.has('decrypt')) {
    const plain = decryptRsa(await loadKey(command, path, command.get('passin')), data)
    if (!plain) throw new Refused('Public Key operation error\n')
    await command.output(command.get('out'), plain)
    return 0
  }
  const key = command.has('pubin')
    ? readPublicKey(await command.text(path, 'Public Key'))
    : await loadKey(command, path, command.get('passin'))
  const sealed = key && encryptRsa(key, data, command.random)
  if (!sealed)
    throw new Refused(
      `Public Key operation error\ndata too large for key size${key ? ` (${bitLength(key.n)} bit)` : ''}\n`,
    )
  await command.output(command.get('out'), sealed)
  return 0
}
