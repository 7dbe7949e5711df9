/** openssl-s_client(1): a connection by TLS, with what the server shows of itself. */
import { type ByteStream, inet, isErrno } from '@drydock/abi'
import { type Certificate, isEc, keyBits, longName, nameText, pem } from '@drydock/crypto'
import { dial, readTextIfAny, ResolveError, resolveHost, SYSTEM_AUTHORITIES, writeAll } from '@drydock/libc'
import type { TlsStream, VerifyProblem } from '@drydock/tls'
import { type Command, errorLine, type OptionTable, Refused } from './command.ts'
import { algorithmName, dateText } from './print.ts'

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

const NOT_HERE = ['starttls', 'cert', 'tls1_2']

/** Counts what goes either way, which the summary tells. */
class Counted implements ByteStream {
  private readonly stream: ByteStream
  got = 0
  sent = 0
  constructor(stream: ByteStream) {
    this.stream = stream
  }
  async read(max?: number): Promise<Uint8Array> {
    const bytes = await this.stream.read(max)
    this.got += bytes.length
    return bytes
  }
  write(bytes: Uint8Array): Promise<void> | void {
    this.sent += bytes.length
    return this.stream.write(bytes)
  }
  shutdown(): void {
    this.stream.shutdown()
  }
  close(): void {
    this.stream.close()
  }
}

export async function client(command: Command): Promise<number> {
  const absent = NOT_HERE.find((each) => command.has(each))
  if (absent !== undefined) throw new Refused(`s_client: -${absent} is not supported here\n`)
  const target =
    command.get('connect') ??
    command.operands[0] ??
    `${command.get('host') ?? 'localhost'}:${command.get('port') ?? '4433'}`
  const [, host = target, port = '4433'] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? []
  const stream = new Counted(await connected(command, host, Number(port)))
  if (!command.has('brief') && !command.has('quiet')) await command.io.print('CONNECTED(00000003)\n')
  const { connectTls, TlsError } = await import('@drydock/tls')
  try {
    const tls = await connectTls(stream, {
      name: command.has('noservername') ? '0' : (command.get('servername') ?? host),
      roots: [],
      insecure: true,
      nowMs: command.sys.clock.now(),
      random: command.random,
      alpn: command.get('alpn')?.split(',') ?? [],
    })
    return await converse(command, tls, stream)
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    const reason = error.failure.kind === 'no tls' ? 'wrong version number' : 'unexpected eof while reading'
    const code = error.failure.kind === 'no tls' ? '0A00010B' : '0A000126'
    await command.io.warn(errorLine(command.sys, code, 'SSL routines', 'ssl3_get_record', reason))
    await command.io.print(summaryOf({ certificates: [], shown: false, stream, alpn: undefined, problem: undefined }))
    return 1
  }
}

async function connected({ sys }: Command, host: string, port: number): Promise<ByteStream> {
  try {
    const [address = host] = await resolveHost(sys, host)
    return await dial(sys, inet(address, port))
  } catch (error) {
    if (error instanceof ResolveError)
      throw new Refused(
        `${errorLine(sys, '10080002', 'BIO routines', 'BIO_lookup_ex', 'system lib', error.message)}connect:errno=0\n`,
      )
    if (!isErrno(error)) throw error
    throw new Refused(
      `${errorLine(sys, '8000006F', 'system library', 'BIO_connect', error.message, 'calling connect()')}${errorLine(sys, '10000067', 'BIO routines', 'BIO_connect', 'connect error')}connect:errno=${error.errno}\n`,
    )
  }
}

async function converse(command: Command, tls: TlsStream, stream: Counted): Promise<number> {
  const { certificates, alpn, suite } = tls.facts
  const { problem, root } = await verified(command, certificates)
  await command.io.warn(depthsOf(certificates, root, problem))
  if (problem && command.has('verify_return_error')) throw new Refused(refusalOf(command, problem))
  if (command.has('brief')) await command.io.warn(briefOf(certificates, suite, problem))
  else if (!command.has('quiet'))
    await command.io.print(
      summaryOf({ certificates, shown: command.has('showcerts'), stream, alpn, suite, problem, root }),
    )
  await command.io.out.flush()
  await exchange(command, tls)
  return 0
}

/** What is typed goes out, what comes is printed, until either side ends. */
async function exchange(command: Command, tls: TlsStream): Promise<void> {
  const { sys } = command
  const quiet = command.has('quiet')
  const waits = command.has('ign_eof') || (quiet && !command.has('no_ign_eof'))
  const received = (async () => {
    for (;;) {
      const bytes = await tls.read()
      if (bytes.length === 0) return 'closed' as const
      await writeAll(sys, 1, bytes)
    }
  })()
  const sent = (async () => {
    for (;;) {
      const bytes = await sys.read(0, 8192)
      if (bytes.length === 0 && waits) return received
      if (bytes.length === 0 || (bytes[0] === 0x51 && !waits)) return 'DONE' as const
      await tls.write(command.has('crlf') ? withReturns(bytes) : bytes)
    }
  })()
  const end = await Promise.race([received, sent])
  tls.close()
  if (end === 'DONE') await command.io.warn('DONE\n')
  else if (!quiet) await command.io.print('closed\n')
}

const withReturns = (bytes: Uint8Array): Uint8Array =>
  new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll('\n', '\r\n'))

interface Verdict {
  readonly problem: VerifyProblem | undefined
  /** The authority that the chain ends at, where that is none of it. */
  readonly root: Certificate | undefined
}

async function verified({ sys, options }: Command, certificates: readonly Certificate[]): Promise<Verdict> {
  const { readCertificates, verifyChain } = await import('@drydock/tls')
  const file = options.get('CAfile')?.at(-1)
  const texts = await Promise.all(
    (file === undefined ? SYSTEM_AUTHORITIES : [file]).map((path) => readTextIfAny(sys, path)),
  )
  const roots = texts.flatMap(readCertificates)
  const problem = verifyChain(certificates, { roots, nowMs: sys.clock.now() })
  const last = certificates.at(-1)
  const root = roots.find((each) => last && nameText(each.subject) === nameText(last.issuer))
  return { problem, root: problem || !last || nameText(last.subject) === nameText(last.issuer) ? undefined : root }
}

/** X509_V_ERR numbers and their words. openssl-verification-options(1), X509_STORE_CTX_get_error(3) */
const ERRORS: Readonly<Partial<Record<VerifyProblem['kind'], readonly [number: number, words: string]>>> = {
  'not yet valid': [9, 'certificate is not yet valid'],
  expired: [10, 'certificate has expired'],
  'self signed': [18, 'self-signed certificate'],
}
const FIRST: readonly [number, string] = [21, 'unable to verify the first certificate']
const errorOf = ({ kind }: VerifyProblem): readonly [number, string] => ERRORS[kind] ?? FIRST

function depthsOf(
  certificates: readonly Certificate[],
  root: Certificate | undefined,
  problem?: VerifyProblem,
): string {
  const chain = root ? [...certificates, root] : certificates
  const [leaf] = chain
  const depth = (at: number): string => `depth=${at} ${nameText(chain[at]?.subject ?? [])}\n`
  const good = chain.map((_, at) => `${depth(at)}verify return:1\n`).reverse()
  if (!problem || !leaf) return good.join('')
  const wrong = ([number, words]: readonly [number, string], note = ''): string =>
    `${depth(0)}verify error:num=${number}:${words}\n${note}verify return:1\n`
  if (problem.kind === 'expired')
    return `${wrong(errorOf(problem), `notAfter=${dateText(leaf.notAfterMs)}\n`)}${good.join('')}`
  if (errorOf(problem) !== FIRST) return `${wrong(errorOf(problem))}${good.join('')}`
  return `${wrong([20, 'unable to get local issuer certificate'])}${wrong(FIRST)}${good.join('')}`
}

const refusalOf = ({ sys }: Command, problem: VerifyProblem): string =>
  `${errorLine(sys, '0A000086', 'SSL routines', 'tls_post_process_server_certificate', 'certificate verify failed')}Verify return code: ${codeOf(problem)}\n`

const codeOf = (problem: VerifyProblem | undefined): string =>
  problem ? `${errorOf(problem)[0]} (${errorOf(problem)[1]})` : '0 (ok)'

const verification = (problem: VerifyProblem | undefined): string =>
  problem ? `Verification error: ${errorOf(problem)[1]}` : 'Verification: OK'

const briefOf = ([leaf]: readonly Certificate[], suite: string, problem: VerifyProblem | undefined): string =>
  `CONNECTION ESTABLISHED
Protocol version: TLSv1.3
Ciphersuite: ${suite}
Peer certificate: ${nameText(leaf?.subject ?? [])}
Hash used: SHA256
Signature type: RSA-PSS
${verification(problem)}
Server Temp Key: X25519, 253 bits
`

interface Summary {
  readonly certificates: readonly Certificate[]
  /** Every certificate as PEM in the list of them, and not the server's alone below it. */
  readonly shown: boolean
  readonly stream: Counted
  readonly alpn: string | undefined
  readonly suite?: string
  readonly problem: VerifyProblem | undefined
  readonly root?: Certificate | undefined
}

function summaryOf({ certificates, shown, stream, alpn, suite, problem }: Summary): string {
  const [leaf] = certificates
  const peer = leaf
    ? `Certificate chain\n${certificates.map((each, at) => chainLine(each, at, shown)).join('')}---\nServer certificate\n${shown ? '' : pemOf(leaf)}subject=${nameText(leaf.subject)}\nissuer=${nameText(leaf.issuer)}\n`
    : 'no peer certificate available\n'
  const key = leaf
    ? `Peer signing digest: SHA256\nPeer signature type: ${isEc(leaf.key) ? 'ECDSA' : 'RSA-PSS'}\nServer Temp Key: X25519, 253 bits\n`
    : ''
  return `---
${peer}---
No client certificate CA names sent
${key}---
SSL handshake has read ${stream.got} bytes and written ${stream.sent} bytes
${verification(problem)}
---
New, ${suite === undefined ? '(NONE), Cipher is (NONE)' : `TLSv1.3, Cipher is ${suite}`}
${leaf ? `Server public key is ${keyBits(leaf.key)} bit\n` : ''}Secure Renegotiation IS NOT supported
Compression: NONE
Expansion: NONE
${alpn === undefined ? 'No ALPN negotiated' : `ALPN protocol: ${alpn}`}
Early data was not sent
Verify return code: ${codeOf(problem)}
---
`
}

const pemOf = ({ bytes }: Certificate): string => pem('CERTIFICATE', bytes)

function chainLine(each: Certificate, at: number, shown: boolean): string {
  const signed = longName(each.signatureOid).replace(
    /^(sha\d+)WithRSAEncryption$/,
    (_, hash: string) => `RSA-${hash.toUpperCase()}`,
  )
  return `${String(at).padStart(2)} s:${nameText(each.subject)}
   i:${nameText(each.issuer)}
   a:PKEY: ${algorithmName(each.key)}, ${keyBits(each.key)} (bit); sigalg: ${signed}
   v:NotBefore: ${dateText(each.notBeforeMs)}; NotAfter: ${dateText(each.notAfterMs)}
${shown ? pemOf(each) : ''}`
}
