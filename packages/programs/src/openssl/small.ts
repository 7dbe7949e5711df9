/** The small commands: version, rand, passwd, s_client, prime, list. */
import { inet, isErrno } from '@drydock/abi'
import { encodeBase64, toHex } from '@drydock/codec'
import { dial, ResolveError, resolveHost, writeAll } from '@drydock/libc'
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

export const CLIENT_OPTIONS: OptionTable = {
  flags: [
    'showcerts',
    'quiet',
    'brief',
    'no_ign_eof',
    'ign_eof',
    'tls1_2',
    'tls1_3',
    'noservername',
    'verify_return_error',
    'crlf',
    'help',
    'status',
  ],
  values: [
    'connect',
    'host',
    'port',
    'servername',
    'CAfile',
    'CApath',
    'cert',
    'key',
    'verify',
    'alpn',
    'starttls',
    'cipher',
  ],
}
/** The shape of openssl-s_client(1) up to the handshake: TLS is not spoken in this playground. */
export async function client(command: Command): Promise<number> {
  const target =
    command.get('connect') ??
    command.operands[0] ??
    `${command.get('host') ?? 'localhost'}:${command.get('port') ?? '4433'}`
  const [, host = target, port = '4433'] = /^(.*?):(\d+)$/.exec(target) ?? []
  try {
    const [address = host] = await resolveHost(command.sys, host)
    const stream = await dial(command.sys, inet(address, Number(port)))
    await command.io.print('CONNECTED(00000003)\n')
    await writeAll(command.sys, stream.fd, Uint8Array.of(0x16, 3, 1, 0, 0))
    stream.close()
  } catch (error) {
    if (error instanceof ResolveError) throw new Refused(`BIO_lookup_ex: ${error.message}\nconnect:errno=22\n`)
    if (!isErrno(error)) throw error
    throw new Refused(`connect: ${error.message}\nconnect:errno=${error.code === 'ECONNREFUSED' ? 111 : 110}\n`)
  }
  await command.io.print(
    '---\nno peer certificate available\n---\nNo client certificate CA names sent\n---\nNew, (NONE), Cipher is (NONE)\nThis TLS version forbids renegotiation.\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\nVerify return code: 0 (ok)\n---\n',
  )
  await command.io.warn('s_client: there is no TLS in this playground: https is spoken in clear\n')
  return 1
}
