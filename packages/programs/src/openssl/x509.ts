import { equalBytes, Hash, type HashName } from '@drydock/codec'
import {
  type Certificate,
  isSignedBy,
  longName,
  makeCertificate,
  nameHash,
  nameText,
  oidOf,
  parsePem,
  pem,
  publicInfo,
  randomSerial,
  readCertificate,
  readRequest,
  rfc2253Name,
  slashName,
} from '@drydock/crypto'
import { Command, HASH_KIND, type OptionTable, Refused } from './command.ts'
import { Configuration } from './configuration.ts'
import { colons, extensionText, readExtensionLine } from './extensions.ts'
import { loadKey } from './generate.ts'
import { certificateText, dateText, modulusText } from './print.ts'

export const X509_OPTIONS: OptionTable = {
  flags: [
    'text',
    'noout',
    'subject',
    'issuer',
    'dates',
    'startdate',
    'enddate',
    'serial',
    'fingerprint',
    'pubkey',
    'modulus',
    'hash',
    'subject_hash',
    'issuer_hash',
    'req',
    'CAcreateserial',
    'email',
    'ocsp_uri',
    'alias',
    'purpose',
    'new',
    'clrext',
    'help',
  ],
  values: [
    'in',
    'out',
    'days',
    'inform',
    'outform',
    'CA',
    'CAkey',
    'CAserial',
    'set_serial',
    'extfile',
    'extensions',
    'signkey',
    'key',
    'passin',
    'checkend',
    'checkhost',
    'nameopt',
    'certopt',
    'ext',
    'CAform',
    'subj',
    'copy_extensions',
  ],
  kinds: { digest: HASH_KIND.hash },
}
const DAY_MS = 86_400_000

export async function loadCertificate(command: Command, path: string | undefined): Promise<Certificate> {
  const data = await command.input(path, 'certificate')
  const text = new TextDecoder().decode(data)
  const [block] = parsePem(text).filter(({ label }) => label.endsWith('CERTIFICATE'))
  try {
    const certificate = readCertificate(block?.bytes ?? data)
    if (certificate) return certificate
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new Refused(`Could not read certificate from ${path ?? '<stdin>'}\nUnable to load certificate\n`)
}

type Show = (certificate: Certificate, command: Command) => string
const named = ({ issuer, subject }: Certificate, command: Command, which: 'issuer' | 'subject'): string => {
  const parts = which === 'issuer' ? issuer : subject
  const style = command.get('nameopt') ?? ''
  return `${which}=${/RFC2253/i.test(style) ? rfc2253Name(parts) : style === 'compat' ? slashName(parts) : nameText(parts)}\n`
}

/** In the order in which they were asked for. */
const SHOWS: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['text', (certificate) => certificateText(certificate)],
  ['subject', (certificate, command) => named(certificate, command, 'subject')],
  ['issuer', (certificate, command) => named(certificate, command, 'issuer')],
  ['dates', ({ notBeforeMs, notAfterMs }) => `notBefore=${dateText(notBeforeMs)}\nnotAfter=${dateText(notAfterMs)}\n`],
  ['startdate', ({ notBeforeMs }) => `notBefore=${dateText(notBeforeMs)}\n`],
  ['enddate', ({ notAfterMs }) => `notAfter=${dateText(notAfterMs)}\n`],
  ['serial', ({ serial }) => `serial=${evenHex(serial)}\n`],
  [
    'fingerprint',
    ({ bytes }, command) =>
      `${(command.get('digest') ?? 'sha1') === 'sha1' ? 'SHA1' : command.get('digest')} Fingerprint=${colons(new Hash((command.get('digest') ?? 'sha1') as HashName).update(bytes).digest())}\n`,
  ],
  ['pubkey', ({ key }) => pem('PUBLIC KEY', publicInfo(key))],
  ['modulus', ({ key }) => modulusText(key)],
  ['hash', ({ subject }) => `${nameHash(subject)}\n`],
  ['subject_hash', ({ subject }) => `${nameHash(subject)}\n`],
  ['issuer_hash', ({ issuer }) => `${nameHash(issuer)}\n`],
  ['ext', ({ extensions }, command) => shownExtensions(extensions, command.get('ext') ?? '')],
])

function shownExtensions(extensions: Certificate['extensions'], names: string): string {
  const wanted = names.split(',').map((name) => oidOf(name))
  const found = extensions.filter(({ oid }) => wanted.includes(oid))
  if (found.length === 0) return 'No extensions matching found\n'
  return found
    .map((each) => `${longName(each.oid)}: ${each.critical ? 'critical' : ''}\n    ${extensionText(each)}\n`)
    .join('')
}

const evenHex = (value: bigint): string => {
  const hex = value.toString(16).toUpperCase()
  return hex.length % 2 ? `0${hex}` : hex
}

/** openssl-x509(1). */
export async function x509(command: Command): Promise<number> {
  const certificate = command.has('req')
    ? await sign(command)
    : command.has('signkey') || command.has('key')
      ? await resign(command)
      : await loadCertificate(command, command.get('in'))
  let out = ''
  for (const option of command.options.keys()) out += SHOWS.get(option)?.(certificate, command) ?? ''
  const check = command.get('checkend')
  if (!command.has('noout')) {
    if (command.get('outform')?.toUpperCase() === 'DER') {
      await command.output(command.get('out'), certificate.bytes)
      return 0
    }
    out += pem('CERTIFICATE', certificate.bytes)
  }
  await command.output(command.get('out'), out)
  if (check === undefined) return 0
  const ends = certificate.notAfterMs < command.sys.clock.now() + Number(check) * 1000
  await command.io.print(ends ? 'Certificate will expire\n' : 'Certificate will not expire\n')
  return ends ? 1 : 0
}

async function resign(command: Command): Promise<Certificate> {
  const old = await loadCertificate(command, command.get('in'))
  const key = await loadKey(command, command.get('signkey') ?? command.get('key'), command.get('passin'))
  const now = command.sys.clock.now()
  const fields = {
    ...old,
    key,
    issuer: old.subject,
    notBeforeMs: now,
    notAfterMs: now + Number(command.get('days') ?? 30) * DAY_MS,
  }
  return made(makeCertificate(fields, key, (command.get('digest') ?? 'sha256') as HashName))
}

function made(bytes: Uint8Array): Certificate {
  const certificate = readCertificate(bytes)
  if (!certificate) throw new Refused('Unable to load certificate\n')
  return certificate
}

/** A request becomes a certificate, signed by an authority or by its own key. */
async function sign(command: Command): Promise<Certificate> {
  const [block] = parsePem(await command.text(command.get('in'), 'certificate request')).filter(({ label }) =>
    label.endsWith('CERTIFICATE REQUEST'),
  )
  const request = block && readRequest(block.bytes)
  if (!request) throw new Refused('Unable to load certificate request input\n')
  if (!isSignedBy(request, request.key)) throw new Refused('Certificate request self-signature verification failed\n')
  await command.io.warn(`Certificate request self-signature ok\nsubject=${nameText(request.subject)}\n`)
  const own = command.get('signkey') ?? command.get('key')
  const authority = command.has('CA') ? await loadCertificate(command, command.get('CA')) : undefined
  const keyPath = own ?? command.get('CAkey') ?? command.get('CA')
  if (keyPath === undefined)
    throw new Refused('We need a private key to sign with, use -signkey or -CAkey or -CA <file> with private key\n')
  const key = await loadKey(command, keyPath, command.get('passin'))
  if (authority && !equalBytes(publicInfo(authority.key), publicInfo(key)))
    throw new Refused('CA certificate and CA private key do not match\n')
  const now = command.sys.clock.now()
  const extensions = await signedExtensions(command, { subject: request.key, issuer: authority?.key ?? key })
  const copied = command.get('copy_extensions')?.startsWith('copy') ? request.extensions : []
  const fields = {
    serial: await nextSerial(command),
    issuer: authority?.subject ?? request.subject,
    subject: request.subject,
    key: request.key,
    extensions: [...copied, ...extensions],
    notBeforeMs: now,
    notAfterMs: now + Number(command.get('days') ?? 30) * DAY_MS,
  }
  return made(makeCertificate(fields, key, (command.get('digest') ?? 'sha256') as HashName))
}

async function signedExtensions(
  command: Command,
  keys: Parameters<typeof readExtensionLine>[2],
): Promise<Certificate['extensions']> {
  const path = command.get('extfile')
  if (path === undefined) return []
  const config = new Configuration(await command.text(path, 'extfile'), command.process.env)
  const section = command.get('extensions') ?? config.get('default', 'extensions') ?? 'default'
  return config.section(section).map(([name, value]) => {
    const extension = readExtensionLine(name, value, keys, config.section)
    if (!extension) throw new Refused(`Error checking extension section ${section}\n`)
    return extension
  })
}

async function nextSerial(command: Command): Promise<bigint> {
  const given = command.get('set_serial')
  if (given !== undefined) return BigInt(given)
  const serial = randomSerial(command.random)
  const file =
    command.get('CAserial') ??
    (command.has('CAcreateserial') ? command.get('CA')?.replace(/\.[^./]*$/, '.srl') : undefined)
  if (file !== undefined) await command.output(file, `${evenHex(serial)}\n`)
  return serial
}

export const VERIFY_OPTIONS: OptionTable = {
  flags: ['verbose', 'x509_strict', 'partial_chain', 'no_check_time', 'help'],
  values: ['CAfile', 'CApath', 'untrusted', 'trusted', 'purpose'],
}

/** openssl-verify(1). */
export async function verify(command: Command): Promise<number> {
  const authorities: Certificate[] = []
  for (const path of [...(command.options.get('CAfile') ?? []), ...(command.options.get('untrusted') ?? [])])
    for (const { label, bytes } of parsePem(await command.text(path))) {
      const certificate = label.endsWith('CERTIFICATE') ? readCertificate(bytes) : undefined
      if (certificate) authorities.push(certificate)
    }
  let status = 0
  for (const path of command.operands) {
    const certificate = await loadCertificate(command, path)
    const issuer = authorities.find(
      (each) => nameText(each.subject) === nameText(certificate.issuer) && isSignedBy(certificate, each.key),
    )
    const own = nameText(certificate.subject) === nameText(certificate.issuer)
    const expired = !command.has('no_check_time') && certificate.notAfterMs < command.sys.clock.now()
    if (issuer && !expired) {
      await command.io.print(`${path}: OK\n`)
      continue
    }
    const [code, depth, reason] = expired
      ? [10, 0, 'certificate has expired']
      : own
        ? [18, 0, 'self-signed certificate']
        : [20, 0, 'unable to get local issuer certificate']
    await command.io.warn(
      `${nameText(certificate.subject)}\nerror ${code} at ${depth} depth lookup: ${reason}\nerror ${path}: verification failed\n`,
    )
    status = 2
  }
  return status
}
