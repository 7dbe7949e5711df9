/** The small commands: version, rand, passwd. */
import { encodeBase64, toHex } from '@drydock/codec'
import { sha512Crypt } from '../account/sha512-crypt.ts'
import { md5Crypt, saltText } from '@drydock/crypto'
import { type Command, type OptionTable, Refused } from './command.ts'

export const VERSION = 'OpenSSL 3.0.15 3 Sep 2024 (Library: OpenSSL 3.0.15 3 Sep 2024)'

export const VERSION_OPTIONS: OptionTable = {
  flags: ['a', 'b', 'd', 'e', 'f', 'm', 'o', 'p', 'r', 'v', 'help'],
  values: [],
}
export async function version(command: Command): Promise<number> {
  if (command.has('d')) await command.io.print('OPENSSLDIR: "/usr/lib/ssl"\n')
  else await command.io.print(`${VERSION}\n`)
  if (command.has('a'))
    await command.io.print(
      'built on: Sun Oct 27 14:16:28 2024 UTC\nplatform: debian-amd64\nOPENSSLDIR: "/usr/lib/ssl"\nENGINESDIR: "/usr/lib/x86_64-linux-gnu/engines-3"\nMODULESDIR: "/usr/lib/x86_64-linux-gnu/ossl-modules"\n',
    )
  return 0
}

export const RAND_OPTIONS: OptionTable = { flags: ['hex', 'base64', 'help'], values: ['out', 'rand', 'writerand'] }
export async function rand(command: Command): Promise<number> {
  const count = Number(command.operands[0])
  if (!Number.isInteger(count) || count <= 0)
    throw new Refused('Extra (unknown) options or no number of bytes\nrand: Use -help for summary.\n')
  const bytes = command.random(count)
  const text = encodeBase64(bytes).replace(/.{64}(?=.)/g, '$&\n')
  await command.output(
    command.get('out'),
    command.has('hex') ? `${toHex(bytes)}\n` : command.has('base64') ? `${text}\n` : bytes,
  )
  return 0
}

export const PASSWD_OPTIONS: OptionTable = {
  flags: ['1', '5', '6', 'apr1', 'aixmd5', 'stdin', 'noverify', 'quiet', 'table', 'reverse', 'help'],
  values: ['salt', 'in'],
}
export async function passwd(command: Command): Promise<number> {
  for (const word of await passwords(command)) {
    const salt = command.get('salt')
    if (command.has('5')) throw new Refused('passwd: SHA256-based passwords are not supported here; use -6\n')
    const hashed = command.has('6')
      ? await sha512Crypt(command.sys, word, salt ?? saltText(command.random(16)))
      : md5Crypt(word, salt ?? saltText(command.random(8)), command.has('apr1') ? '$apr1$' : '$1$')
    await command.io.print(command.has('table') ? `${word}\t${hashed}\n` : `${hashed}\n`)
  }
  return 0
}

async function passwords(command: Command): Promise<readonly string[]> {
  if (command.operands.length > 0) return command.operands
  if (command.has('stdin') || command.has('in'))
    return (await command.text(command.get('in'))).replace(/\n$/, '').split('\n')
  const first = (await command.prompt('Password: ', true)) ?? ''
  if (command.has('noverify')) return [first]
  const second = (await command.prompt('Verifying - Password: ', true)) ?? ''
  if (first !== second) throw new Refused('Verify failure\n')
  return [first]
}
