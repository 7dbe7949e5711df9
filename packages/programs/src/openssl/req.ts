import type { HashName } from '@drydock/codec'
import {
  encryptedPem,
  type Extension,
  isSignedBy,
  makeCertificate,
  makeRequest,
  type NamePart,
  nameText,
  oidOf,
  parsePem,
  parseSubject,
  pem,
  type PrivateKey,
  privatePem,
  publicInfo,
  randomSerial,
  readCertificate,
  readRequest,
} from '@drydock/crypto'
import { Command, HASH_KIND, type OptionTable, Refused } from './command.ts'
import { Configuration, DEFAULT_CONFIGURATION } from './configuration.ts'
import { type ExtensionKeys, readExtensionLine } from './extensions.ts'
import { loadKey, newCurveKey, newKey } from './generate.ts'
import { certificateText, modulusText, requestText } from './print.ts'

export const REQ_OPTIONS: OptionTable = {
  flags: [
    'new',
    'nodes',
    'noenc',
    'x509',
    'batch',
    'text',
    'noout',
    'verify',
    'subject',
    'pubkey',
    'modulus',
    'utf8',
    'verbose',
    'quiet',
    'help',
  ],
  values: [
    'newkey',
    'pkeyopt',
    'keyout',
    'key',
    'out',
    'in',
    'days',
    'subj',
    'config',
    'extensions',
    'reqexts',
    'addext',
    'set_serial',
    'passout',
    'passin',
    'inform',
    'outform',
    'pkeyopt',
    'sigopt',
    'keyform',
    'section',
    'nameopt',
    'rand',
    'multivalue-rdn',
    'CA',
    'CAkey',
  ],
  kinds: HASH_KIND,
}
const DAY_MS = 86_400_000

const INTRODUCTION = `You are about to be asked to enter information that will be incorporated
into your certificate request.
What you are about to enter is what is called a Distinguished Name or a DN.
There are quite a few fields but you can leave some blank
For some fields there will be a default value,
If you enter '.', the field will be left blank.
-----
`

async function loadConfiguration(command: Command): Promise<Configuration> {
  const path = command.get('config')
  return new Configuration(
    path === undefined ? DEFAULT_CONFIGURATION : await command.text(path, 'config'),
    command.process.env,
  )
}

async function askSubject(command: Command, config: Configuration): Promise<NamePart[]> {
  const section = config.section(config.get('req', 'distinguished_name') ?? 'req_distinguished_name')
  const fields = section.filter(([name]) => !/_(default|min|max|value)$/.test(name))
  const prompts = config.get('req', 'prompt') !== 'no' && !command.has('batch')
  if (prompts) await command.io.warn(INTRODUCTION)
  const parts: NamePart[] = []
  for (const [name, text] of fields) {
    const type = oidOf(name.replace(/^\d+\./, ''))
    if (type === undefined) continue
    const fallback = config.get(config.get('req', 'distinguished_name') ?? '', `${name}_default`) ?? ''
    const answer = prompts
      ? await command.prompt(`${text} [${fallback}]:`, false)
      : config.get('req', 'prompt') === 'no'
        ? text
        : fallback
    const value = answer === '' || answer === undefined ? fallback : answer
    if (value !== '' && value !== '.') parts.push([type, value])
  }
  if (parts.length === 0) throw new Refused('Error making certificate request\n')
  return parts
}

async function subjectOf(command: Command, config: Configuration): Promise<NamePart[]> {
  const given = command.get('subj')
  if (given === undefined) return askSubject(command, config)
  const parsed = parseSubject(given)
  if ('wrong' in parsed) throw new Refused(`req: subject ${parsed.wrong}\n`)
  for (const line of parsed.skipped) await command.io.warn(`${line}\n`)
  return parsed.parts
}

function extensionsOf(
  command: Command,
  config: Configuration,
  name: string | undefined,
  keys: ExtensionKeys,
): Extension[] {
  const lines = [...(name === undefined ? [] : config.section(name))]
  for (const added of command.options.get('addext') ?? []) {
    const [, key = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/s.exec(added) ?? []
    lines.push([key, value])
  }
  return lines.map(([key, value]) => {
    const extension = readExtensionLine(key, value, keys, config.section)
    if (!extension) throw new Refused(`Error checking x509 extension section ${name ?? ''}\n`)
    return extension
  })
}

async function keyOf(command: Command): Promise<PrivateKey> {
  const existing = command.get('key')
  if (existing !== undefined) return loadKey(command, existing, command.get('passin'))
  const wanted = command.get('newkey') ?? 'rsa:2048'
  const [, bits] = /^rsa(?::(\d+))?$/.exec(wanted) ?? []
  if (!/^(rsa|ec$)/.test(wanted)) throw new Refused(`req: ${wanted} keys are not supported here; use rsa:2048 or ec\n`)
  const key = wanted === 'ec' ? newCurveKey(command) : await newKey(command, Number(bits ?? 2048))
  const plain = command.has('nodes') || command.has('noenc')
  const passphrase = plain
    ? ''
    : command.has('passout')
      ? await command.passphrase(command.get('passout') ?? '')
      : await command.newPassphrase('Enter PEM pass phrase:')
  await command.output(
    command.get('keyout') ?? 'privkey.pem',
    plain ? privatePem(key) : encryptedPem(key, passphrase, command.random),
    0o600,
  )
  await command.io.warn('-----\n')
  return key
}

/** openssl-req(1). */
export async function req(command: Command): Promise<number> {
  if (command.has('in') || (!command.has('new') && !command.has('newkey') && !command.has('x509'))) return show(command)
  const config = await loadConfiguration(command)
  const key = await keyOf(command)
  const subject = await subjectOf(command, config)
  const hash = (command.get('hash') ?? 'sha256') as HashName
  const keys = { subject: key, issuer: key }
  if (!command.has('x509')) {
    if (!command.has('subj') && config.get('req', 'prompt') !== 'no' && !command.has('batch')) await askExtras(command)
    const extensions = extensionsOf(
      command,
      config,
      command.get('reqexts') ?? command.get('extensions') ?? config.get('req', 'req_extensions'),
      keys,
    )
    return finish(command, 'CERTIFICATE REQUEST', makeRequest(subject, extensions, key, hash))
  }
  const now = command.sys.clock.now()
  const extensions = extensionsOf(
    command,
    config,
    command.get('extensions') ?? config.get('req', 'x509_extensions'),
    keys,
  )
  const serial = command.get('set_serial')
  const fields = {
    serial: serial === undefined ? randomSerial(command.random) : BigInt(serial),
    issuer: subject,
    subject,
    key,
    extensions,
    notBeforeMs: now,
    notAfterMs: now + Number(command.get('days') ?? 30) * DAY_MS,
  }
  return finish(command, 'CERTIFICATE', makeCertificate(fields, key, hash))
}

async function askExtras(command: Command): Promise<void> {
  await command.io.warn("\nPlease enter the following 'extra' attributes\nto be sent with your certificate request\n")
  await command.prompt('A challenge password []:', false)
  await command.prompt('An optional company name []:', false)
}

async function finish(command: Command, label: string, bytes: Uint8Array): Promise<number> {
  const certificate = label === 'CERTIFICATE' ? readCertificate(bytes) : undefined
  const request = label === 'CERTIFICATE' ? undefined : readRequest(bytes)
  const text = command.has('text')
    ? certificate
      ? certificateText(certificate)
      : request
        ? requestText(request)
        : ''
    : ''
  if (command.get('outform')?.toUpperCase() === 'DER') await command.output(command.get('out'), bytes)
  else await command.output(command.get('out'), text + (command.has('noout') ? '' : pem(label, bytes)))
  return 0
}

async function show(command: Command): Promise<number> {
  const data = await command.input(command.get('in'), 'X509 request')
  const [block] = parsePem(new TextDecoder().decode(data)).filter(({ label }) => label.endsWith('CERTIFICATE REQUEST'))
  const request = block && readRequest(block.bytes)
  if (!block || !request) throw new Refused('Unable to load X509 request\n')
  if (command.has('verify')) {
    const fits = isSignedBy(request, request.key)
    await command.io.warn(
      fits ? 'Certificate request self-signature verify OK\n' : 'Certificate request self-signature verify failure\n',
    )
    if (!fits) return 1
  }
  let out = ''
  if (command.has('pubkey')) out += pem('PUBLIC KEY', publicInfo(request.key))
  if (command.has('text')) out += requestText(request)
  if (command.has('subject')) out += `subject=${nameText(request.subject)}\n`
  if (command.has('modulus')) out += modulusText(request.key)
  if (!command.has('noout')) out += pem('CERTIFICATE REQUEST', block.bytes)
  await command.output(command.get('out'), out)
  return 0
}
