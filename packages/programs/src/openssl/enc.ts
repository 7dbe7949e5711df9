import { decodeBase64, encodeBase64, Hash, type HashName, toHex } from '@drydock/codec'
import { cbc, ctr, ecb } from '@noble/ciphers/aes.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { concat } from '@drydock/libc'
import { type Command, type OptionTable, Refused } from './command.ts'

const MODES = { cbc, ctr, ecb } as const
const CIPHERS = [128, 192, 256].flatMap((bits) => Object.keys(MODES).map((mode) => `aes-${bits}-${mode}`))
export const ENC_OPTIONS: OptionTable = {
  flags: ['e', 'd', 'a', 'base64', 'A', 'p', 'P', 'salt', 'nosalt', 'nopad', 'pbkdf2', 'help', 'list', 'ciphers'],
  values: ['in', 'out', 'k', 'kfile', 'pass', 'K', 'iv', 'S', 'iter', 'md'],
  kinds: { cipher: [...CIPHERS, 'aes128', 'aes192', 'aes256', 'base64', 'none'] },
}
const SALTED = new TextEncoder().encode('Salted__')

const hexBytes = (hex: string, length: number): Uint8Array => {
  const digits = hex.padEnd(length * 2, '0').slice(0, length * 2)
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16) || 0)
}

/** EVP_BytesToKey(3): what openssl derived keys by before -pbkdf2. */
function bytesToKey(hash: HashName, password: Uint8Array, salt: Uint8Array, length: number): Uint8Array {
  let [key, last] = [new Uint8Array(0), new Uint8Array(0)]
  while (key.length < length) {
    last = Uint8Array.from(new Hash(hash).update(concat([last, password, salt])).digest())
    key = Uint8Array.from(concat([key, last]))
  }
  return key.subarray(0, length)
}

interface Derived {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly salt: Uint8Array | undefined
}

function derive(command: Command, password: string, salt: Uint8Array, keyLength: number, ivLength: number): Derived {
  const hash = (command.get('md') ?? 'sha256') as HashName
  const bytes = new TextEncoder().encode(password)
  const slow = command.has('pbkdf2') || command.has('iter')
  const functions = { sha1, sha256, sha512 }
  const material = slow
    ? pbkdf2(functions[hash as keyof typeof functions] ?? sha256, bytes, salt, {
        c: Number(command.get('iter') ?? 10_000),
        dkLen: keyLength + ivLength,
      })
    : bytesToKey(hash, bytes, salt, keyLength + ivLength)
  return { key: material.subarray(0, keyLength), iv: material.subarray(keyLength), salt }
}

async function password(command: Command, cipher: string, decrypting: boolean): Promise<string> {
  const key = command.get('k')
  if (key !== undefined) return key
  const file = command.get('kfile')
  if (file !== undefined) return (await command.text(file)).split('\n')[0] ?? ''
  const source = command.get('pass')
  if (source !== undefined) return command.passphrase(source)
  const what = `${cipher.toUpperCase()} ${decrypting ? 'decryption' : 'encryption'} password:`
  const first = (await command.prompt(`enter ${what}`, true)) ?? ''
  if (decrypting) return first
  const second = (await command.prompt(`Verifying - enter ${what}`, true)) ?? ''
  if (first !== second) throw new Refused('Verify failure\nbad password read\n')
  return first
}

function fromText(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes).replace(/\s/g, '')
  return decodeBase64(text) ?? new Uint8Array(0)
}

/** openssl-enc(1). */
export async function enc(command: Command): Promise<number> {
  const decrypting = command.has('d')
  const named = command.get('cipher') ?? (CIPHERS.includes(command.name) ? command.name : '')
  const cipher = named.replace(/^aes(\d+)$/, 'aes-$1-cbc')
  const isText = command.has('a') || command.has('base64') || named === 'base64' || command.name === 'base64'
  const given = await command.input(command.get('in'))
  const data = isText && decrypting ? fromText(given) : given
  const result =
    cipher === '' || cipher === 'base64' || cipher === 'none'
      ? data
      : await transform(command, cipher, data, decrypting)
  if (!result) return 0
  const line = command.has('A') ? '' : '\n'
  const text = (): string => {
    const encoded = encodeBase64(result)
    return command.has('A') ? encoded : encoded === '' ? '' : `${encoded.replace(/.{64}(?=.)/g, '$&\n')}${line}`
  }
  await command.output(command.get('out'), isText && !decrypting ? text() : result)
  return 0
}

async function transform(
  command: Command,
  cipher: string,
  data: Uint8Array,
  decrypting: boolean,
): Promise<Uint8Array | undefined> {
  const [, bits = '256', mode = 'cbc'] = cipher.split('-')
  const [keyLength, ivLength] = [Number(bits) / 8, mode === 'ecb' ? 0 : 16]
  const rawKey = command.get('K')
  if (rawKey !== undefined) {
    if (ivLength > 0 && !command.has('iv')) throw new Refused('iv undefined\n')
    return run(
      command,
      mode,
      { key: hexBytes(rawKey, keyLength), iv: hexBytes(command.get('iv') ?? '', ivLength), salt: undefined },
      data,
      decrypting,
    )
  }
  const secret = await password(command, cipher, decrypting)
  if (!command.has('pbkdf2') && !command.has('iter'))
    await command.io.warn('*** WARNING : deprecated key derivation used.\nUsing -iter or -pbkdf2 would be better.\n')
  const salted = !command.has('nosalt')
  if (decrypting && salted) {
    if (!SALTED.every((byte, at) => data[at] === byte)) throw new Refused('bad magic number\n')
    return run(
      command,
      mode,
      derive(command, secret, data.subarray(8, 16), keyLength, ivLength),
      data.subarray(16),
      true,
    )
  }
  const salt = salted ? (command.has('S') ? hexBytes(command.get('S') ?? '', 8) : command.random(8)) : new Uint8Array(0)
  const derived = derive(command, secret, salt, keyLength, ivLength)
  const sealed = await run(command, mode, derived, data, decrypting)
  return sealed && salted && !decrypting && !command.has('S') ? concat([SALTED, salt, sealed]) : sealed
}

async function run(
  command: Command,
  mode: string,
  { key, iv, salt }: Derived,
  data: Uint8Array,
  decrypting: boolean,
): Promise<Uint8Array | undefined> {
  if (command.has('p') || command.has('P')) {
    const lines = [
      ...(salt?.length ? [`salt=${toHex(salt).toUpperCase()}`] : []),
      `key=${toHex(key).toUpperCase()}`,
      ...(iv.length ? [`iv =${toHex(iv).toUpperCase()}`] : []),
    ]
    await command.io.print(`${lines.join('\n')}\n`)
    if (command.has('P')) return undefined
  }
  const padding = { disablePadding: command.has('nopad') }
  const engine = mode === 'ecb' ? ecb(key, padding) : mode === 'ctr' ? ctr(key, iv) : cbc(key, iv, padding)
  try {
    return decrypting ? engine.decrypt(data) : engine.encrypt(data)
  } catch {
    throw new Refused(decrypting ? 'bad decrypt\n' : 'bad encrypt\n')
  }
}

export const BASE64_OPTIONS = ENC_OPTIONS
