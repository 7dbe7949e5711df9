import type { Process } from '@drydock/abi'
import { isErrno } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { Command, type OptionTable, Refused } from './command.ts'
import { ASN1PARSE_OPTIONS, asn1parse } from './asn1parse.ts'
import { DGST_OPTIONS, dgst } from './digests.ts'
import { BASE64_OPTIONS, ENC_OPTIONS, enc } from './enc.ts'
import {
  ECPARAM_OPTIONS,
  ecparam,
  GENPKEY_OPTIONS,
  GENRSA_OPTIONS,
  genpkey,
  genrsa,
  KEY_OPTIONS,
  PKEYUTL_OPTIONS,
  pkeyutl,
  showKey,
} from './keys-commands.ts'
import { PRIME_OPTIONS, prime } from './prime.ts'
import { REQ_OPTIONS, req } from './req.ts'
import { CLIENT_OPTIONS, client } from './s-client.ts'
import { PASSWD_OPTIONS, passwd, RAND_OPTIONS, rand, VERSION_OPTIONS, version } from './small.ts'
import { VERIFY_OPTIONS, verify, X509_OPTIONS, x509 } from './x509.ts'

interface Row {
  readonly options: OptionTable
  readonly run: (command: Command) => Promise<number>
}
const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']
const CIPHERS = [128, 192, 256].flatMap((bits) => ['cbc', 'ecb', 'ctr'].map((mode) => `aes-${bits}-${mode}`))

const COMMANDS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['req', { options: REQ_OPTIONS, run: req }],
  ['x509', { options: X509_OPTIONS, run: x509 }],
  ['verify', { options: VERIFY_OPTIONS, run: verify }],
  ['genrsa', { options: GENRSA_OPTIONS, run: genrsa }],
  ['genpkey', { options: GENPKEY_OPTIONS, run: genpkey }],
  ['rsa', { options: KEY_OPTIONS, run: showKey }],
  ['pkey', { options: KEY_OPTIONS, run: showKey }],
  ['ec', { options: KEY_OPTIONS, run: showKey }],
  ['ecparam', { options: ECPARAM_OPTIONS, run: ecparam }],
  ['pkeyutl', { options: PKEYUTL_OPTIONS, run: pkeyutl }],
  ['rsautl', { options: PKEYUTL_OPTIONS, run: pkeyutl }],
  ['dgst', { options: DGST_OPTIONS, run: dgst }],
  ['enc', { options: ENC_OPTIONS, run: enc }],
  ['base64', { options: BASE64_OPTIONS, run: enc }],
  ['asn1parse', { options: ASN1PARSE_OPTIONS, run: asn1parse }],
  ['prime', { options: PRIME_OPTIONS, run: prime }],
  ['rand', { options: RAND_OPTIONS, run: rand }],
  ['passwd', { options: PASSWD_OPTIONS, run: passwd }],
  ['version', { options: VERSION_OPTIONS, run: version }],
  ['s_client', { options: CLIENT_OPTIONS, run: client }],
  ...CIPHERS.map((name): [string, Row] => [name, { options: ENC_OPTIONS, run: enc }]),
])

const HELP = `help:

Standard commands
${[...COMMANDS.keys()]
  .filter((name) => !name.startsWith('aes-'))
  .sort()
  .map((name, at) => name.padEnd(18) + (at % 4 === 3 ? '\n' : ''))
  .join('')}

Message Digest commands (see the \`dgst' command for more details)
${DIGESTS.map((name) => name.padEnd(18)).join('')}

Cipher commands (see the \`enc' command for more details)
${CIPHERS.map((name, at) => name.padEnd(18) + (at % 4 === 3 ? '\n' : '')).join('')}
`

function usageOf(name: string, { flags, values, kinds = {} }: OptionTable): string {
  const options = [
    ...flags.map((each) => ` -${each}`),
    ...values.map((each) => ` -${each} val`),
    ...Object.values(kinds)
      .flat()
      .map((each) => ` -${each}`),
  ]
  return `Usage: ${name} [options]\n\nValid options are:\n${options.sort().join('\n')}\n`
}

/** openssl(1), version 3.0 of Debian 12. */
export async function opensslMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const [, name = 'help', ...argv] = process.argv
  if (name === 'help' || name === 'list' || name === '--help' || name === '-help') {
    await io.print(HELP)
    await io.out.flush()
    return 0
  }
  const digest = DIGESTS.includes(name)
  const row = digest ? COMMANDS.get('dgst') : COMMANDS.get(name === '--version' || name === '-v' ? 'version' : name)
  if (!row) {
    await io.warn(`Invalid command '${name}'; type "help" for a list.\n`)
    return 1
  }
  try {
    const command = new Command(process, name, digest ? [`-${name}`, ...argv] : argv, row.options)
    if (command.has('help')) await command.io.print(usageOf(name, row.options))
    const status = command.has('help') ? 0 : await row.run(command)
    await command.io.out.flush()
    return status
  } catch (error) {
    if (!(error instanceof Refused) && !isErrno(error)) throw error
    await io.warn(error instanceof Refused ? error.message : `${name}: ${error.message}\n`)
    return 1
  }
}
