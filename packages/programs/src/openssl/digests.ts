import { Hash, type HashName, toHex } from '@drydock/codec'
import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { isEc, readPublicKey, sign, verify } from '@drydock/crypto'
import { type Command, HASH_KIND, type OptionTable, Refused } from './command.ts'
import { colons } from './extensions.ts'
import { loadKey } from './generate.ts'

export const DGST_OPTIONS: OptionTable = {
  flags: ['r', 'c', 'hex', 'binary', 'non-fips-allow', 'help', 'list'],
  values: ['out', 'sign', 'verify', 'prverify', 'signature', 'hmac', 'passin', 'mac', 'macopt'],
  kinds: HASH_KIND,
}

const FUNCTIONS = { md5, sha1, sha224, sha256, sha384, sha512 } as const
const LABELS: Readonly<Record<HashName, string>> = {
  md5: 'MD5',
  sha1: 'SHA1',
  sha224: 'SHA2-224',
  sha256: 'SHA2-256',
  sha384: 'SHA2-384',
  sha512: 'SHA2-512',
}

/** openssl-dgst(1), and the commands named for a digest. */
export async function dgst(command: Command): Promise<number> {
  const hash = (command.get('hash') ?? 'sha256') as HashName
  if (command.has('verify') || command.has('prverify')) return check(command, hash)
  const names = command.operands.length > 0 ? command.operands : [undefined]
  let out = ''
  for (const name of names) {
    const data = await command.input(name, 'file')
    const keyed = command.get('hmac')
    const signer = command.get('sign')
    if (signer !== undefined) {
      const key = await loadKey(command, signer, command.get('passin'))
      const signature = sign(key, hash, data)
      await command.output(
        command.get('out'),
        command.has('hex')
          ? `${isEc(key) ? 'EC' : 'RSA'}-${LABELS[hash]}(${name ?? 'stdin'})= ${toHex(signature)}\n`
          : signature,
      )
      return 0
    }
    const digest =
      keyed === undefined
        ? new Hash(hash).update(data).digest()
        : hmac(FUNCTIONS[hash], new TextEncoder().encode(keyed), data)
    if (command.has('binary')) {
      await command.output(command.get('out'), digest)
      continue
    }
    const shown = command.has('c') ? colons(digest).toLowerCase() : toHex(digest)
    if (command.has('r')) out += `${shown} *${name ?? 'stdin'}\n`
    else out += `${keyed === undefined ? '' : 'HMAC-'}${LABELS[hash]}(${name ?? 'stdin'})= ${shown}\n`
  }
  await command.output(command.get('out'), out)
  return 0
}

async function check(command: Command, hash: HashName): Promise<number> {
  const own = command.get('prverify')
  const key =
    own === undefined
      ? readPublicKey(await command.text(command.get('verify'), 'Public Key'))
      : await loadKey(command, own, command.get('passin'))
  if (!key) throw new Refused(`Could not read public key from ${command.get('verify')}\n`)
  const signature = await command.input(command.get('signature'), 'signature')
  const fits = verify(key, hash, await command.input(command.operands[0], 'file'), signature)
  await command.io.print(fits ? 'Verified OK\n' : 'Verification failure\n')
  return fits ? 0 : 1
}
