import { Buffer } from 'buffer'
import { legacyCertificate, type Parts, X509Certificate } from './certificates.ts'
import { framed, invalidType, nodeError } from './errors.ts'
import { callSync, pending } from './host.ts'
import { asymmetricKey, type Data, type KeyLike } from './keys.ts'
import { loop } from './loop.ts'
import { type Connected, Server as NetServer, Socket, type SocketOptions } from './net.ts'

type Texts = Data | readonly Data[]
type Protocols = readonly (string | Uint8Array)[]
export interface SecureOptions extends SocketOptions {
  readonly key?: Texts
  readonly cert?: Texts
  readonly ca?: Texts
  readonly passphrase?: string
  readonly pfx?: Data
  readonly servername?: string
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly socket?: Socket
  readonly rejectUnauthorized?: boolean
  readonly requestCert?: boolean
  readonly ALPNProtocols?: Protocols
  readonly secureContext?: SecureContext
  readonly checkServerIdentity?: (name: string, certificate: object) => Error | undefined
}
/** What the program's side tells of a handshake. */
interface Secured {
  readonly fd?: number
  readonly clear?: boolean
  readonly failed?: string
  readonly words?: string
  readonly suite?: string
  readonly alpn?: string | null
  readonly serverName?: string | null
  readonly problem?: readonly [code: string, message: string] | null
  readonly misnamed?: boolean
  readonly certificates?: readonly Parts[]
}

const text = (given: Texts | undefined): string | undefined =>
  given === undefined
    ? undefined
    : Array.isArray(given)
      ? given.map((each) => text(each as Data)).join('\n')
      : Buffer.from(given as string).toString()

/** A key that is locked is opened here: what goes further is plain. */
function keyText({ key, passphrase }: SecureOptions): string | undefined {
  const [first] = (Array.isArray(key) ? key : [key]) as (Data | { pem: Data; passphrase?: string } | undefined)[]
  if (first === undefined) return undefined
  const [pem, secret] =
    typeof first === 'object' && 'pem' in first
      ? [first.pem, first.passphrase ?? passphrase]
      : [first as Data, passphrase]
  if (secret === undefined) return text(pem)
  const opened = asymmetricKey({ key: pem, passphrase: secret } as KeyLike, 'private')
  return opened.export({ type: 'pkcs8', format: 'pem' }) as string
}

class SecureContext {
  readonly context: object = {}
  readonly #options: SecureOptions
  constructor(options: SecureOptions) {
    this.#options = options
    if (options.cert !== undefined) for (const each of [options.cert].flat()) new X509Certificate(each as Data)
    if (options.key !== undefined) keyText(options)
  }
  static optionsOf(context: SecureContext): SecureOptions {
    return context.#options
  }
}
const whole = (options: SecureOptions): SecureOptions =>
  options.secureContext ? { ...SecureContext.optionsOf(options.secureContext), ...options } : options

const protocols = (given: Protocols | undefined): string[] =>
  (given ?? []).map((each) => (typeof each === 'string' ? each : Buffer.from(each).toString()))

const env = (): Record<string, string | undefined> =>
  (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process.env

function handshakeError({ failed, words = '' }: Secured): Error {
  if (failed === 'no tls') {
    const message = `write EPROTO error:0A00010B:SSL routines:ssl3_get_record:wrong version number`
    return Object.assign(new Error(message), { errno: -71, code: 'EPROTO', syscall: 'write' })
  }
  if (failed === 'alert') {
    const reason = `ssl/tls alert ${words.replace(/^.*tls: /, '')}`
    return Object.assign(new Error(`error:0A000410:SSL routines::${reason}`), {
      ...{ library: 'SSL routines', reason, code: `ERR_SSL_${reason.toUpperCase().replaceAll(/[ /]/g, '_')}` },
    })
  }
  const message = 'Client network socket disconnected before secure TLS connection was established'
  return framed(
    Object.assign(new Error(message), { code: 'ECONNRESET' }),
    'TLSSocket.onConnectEnd (node:_tls_wrap:1732:19)',
    'TLSSocket.emit (node:events:536:35)',
    'endReadableNT (node:internal/streams/readable:1698:12)',
    'process.processTicksAndRejections (node:internal/process/task_queues:82:21)',
  )
}

/** A connection that is sealed on the wire. https://nodejs.org/api/tls.html#class-tlstlssocket */
export class TLSSocket extends Socket {
  readonly encrypted = true
  authorized = false
  authorizationError: string | Error | null = null
  alpnProtocol: string | false | null = null
  servername: string | false | null = null
  readonly ssl = {}
  private readonly secure: SecureOptions
  private told: Secured = {}

  constructor(options: SecureOptions = {}) {
    super(options)
    this.secure = whole(options)
  }

  /** The connection is there: now both sides agree. */
  protected override connected(connection: Connected): void {
    const { secure } = this
    const name = secure.servername ?? secure.host ?? 'localhost'
    const trusted = [text(secure.ca) ?? '', extraAuthorities()].join('\n')
    const wanted = {
      name,
      ca: trusted,
      cert: text(secure.cert),
      key: keyText(secure),
      alpn: protocols(secure.ALPNProtocols),
    }
    pending.submit('tls', ['connect', connection.fd, wanted]).then(
      ({ value }) => this.agreed(connection, value as Secured, name),
      (error: Error) => this.destroy(error),
    )
  }

  private agreed(connection: Connected, told: Secured, name: string): void {
    if (told.failed !== undefined) {
      pending.tell('close', [connection.fd])
      this.connecting = false
      return void this.destroy(handshakeError(told))
    }
    this.tellOf(told)
    const wrong = told.clear ? undefined : this.disbelief(told, name)
    super.connected({ ...connection, fd: told.fd ?? connection.fd })
    if (this.destroyed) return
    this.authorized = told.clear === true || (!told.problem && !wrong)
    if (wrong && this.strict) return void this.destroy(wrong)
    this.emit('secureConnect')
    this.emit('secure')
  }
  private get strict(): boolean {
    const { rejectUnauthorized } = this.secure
    return rejectUnauthorized ?? !(env().NODE_TLS_REJECT_UNAUTHORIZED === '0' && warned())
  }

  /** Why the other side is not believed. */
  private disbelief({ problem, misnamed, certificates = [] }: Secured, name: string): Error | undefined {
    if (problem) {
      const [code, message] = problem
      this.authorizationError = code
      return framed(
        Object.assign(new Error(message), { code }),
        'TLSSocket.onConnectSecure (node:_tls_wrap:1679:34)',
        'TLSSocket.emit (node:events:524:28)',
        'TLSSocket._finishInit (node:_tls_wrap:1078:8)',
        'ssl.onhandshakedone (node:_tls_wrap:864:12)',
      )
    }
    const [leaf] = certificates
    const { checkServerIdentity } = this.secure
    const own = leaf && checkServerIdentity ? checkServerIdentity(name, legacyCertificate(leaf)) : undefined
    const found = checkServerIdentity ? own : misnamed && leaf ? wrongName(name, leaf) : undefined
    if (found) this.authorizationError = (found as { code?: string }).code ?? found.message
    return found
  }

  /** At a server: what the handshake has told. */
  accepted(told: Secured, asked: boolean): this {
    this.tellOf(told)
    const known = (told.certificates ?? []).length > 0
    this.authorized = asked && known && !told.problem
    if (asked && !this.authorized) this.authorizationError = told.problem?.[0] ?? 'UNABLE_TO_GET_ISSUER_CERT'
    return this
  }
  private tellOf(told: Secured): void {
    this.told = told
    this.alpnProtocol = told.alpn ?? false
    this.servername = told.serverName ?? false
  }

  getProtocol(): string | null {
    return this.told.suite === undefined ? null : 'TLSv1.3'
  }
  getCipher(): object {
    const name = this.told.suite ?? 'TLS_AES_128_GCM_SHA256'
    return { name, standardName: name, version: 'TLSv1.3' }
  }
  getPeerCertificate(_detailed?: boolean): object {
    const [leaf] = this.told.certificates ?? []
    return leaf ? legacyCertificate(leaf) : {}
  }
  getPeerX509Certificate(): X509Certificate | undefined {
    const [leaf] = this.told.certificates ?? []
    return leaf && new X509Certificate(Buffer.from(leaf.raw, 'base64'))
  }
  getCertificate(): object {
    const own = this.secure.cert === undefined ? undefined : new X509Certificate([this.secure.cert].flat()[0] as Data)
    return own ? own.toLegacyObject() : {}
  }
  getEphemeralKeyInfo(): object {
    return { type: 'ECDH', name: 'X25519', size: 253 }
  }
  getSession(): undefined {
    return undefined
  }
  isSessionReused(): boolean {
    return false
  }
  setServername(): void {}
  setMaxSendFragment(): boolean {
    return true
  }
  disableRenegotiation(): void {}
  enableTrace(): void {}
}

let told = false
/** Says once what it means that nobody is checked. */
function warned(): true {
  const words =
    "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections and HTTPS requests insecure by disabling certificate verification."
  const { process } = globalThis as unknown as { process: { emitWarning(words: string): void } }
  if (!told) process.emitWarning(words)
  told = true
  return true
}

/** Authorities of NODE_EXTRA_CA_CERTS. */
function extraAuthorities(): string {
  const path = env().NODE_EXTRA_CA_CERTS
  if (path === undefined || path === '') return ''
  try {
    return Buffer.from(callSync('readFile', [path]).bytes).toString()
  } catch {
    return ''
  }
}

function wrongName(host: string, { names, addresses, subjectParts, subjectAltName }: Parts): Error {
  const isAddress = /^[\d.]+$/.test(host)
  const reason = isAddress
    ? `IP: ${host} is not in the cert's list: ${addresses.join(', ')}`
    : names.length > 0
      ? `Host: ${host}. is not in the cert's altnames: ${subjectAltName}`
      : `Host: ${host}. is not cert's CN: ${subjectParts.CN ?? ''}`
  const words = `Hostname/IP does not match certificate's altnames: ${reason}`
  return Object.assign(nodeError(Error, 'ERR_TLS_CERT_ALTNAME_INVALID', words), { reason, host })
}

/** The other half of a server: each connection is agreed upon before anybody hears of it. */
export function acceptSecurely(
  connected: Connected,
  given: SecureOptions,
  heard: (socket: TLSSocket) => void,
  failed: (error: Error, socket: TLSSocket) => void,
): void {
  const options = whole(given)
  const asked = options.requestCert === true
  const wanted = {
    ...{ name: '', cert: text(options.cert), key: keyText(options), ca: text(options.ca) },
    ...{ alpn: protocols(options.ALPNProtocols), requestCert: asked, required: options.rejectUnauthorized !== false },
  }
  pending.submit('tls', ['accept', connected.fd, wanted], undefined, false).then(
    ({ value }) => {
      const told = value as Secured
      const socket = new TLSSocket(given)
      if (told.failed === undefined)
        return heard(socket.take({ ...connected, fd: told.fd ?? -1 }).accepted(told, asked))
      pending.tell('close', [connected.fd])
      loop.guard(() => failed(handshakeError(told), socket), [])
    },
    () => pending.tell('close', [connected.fd]),
  )
}

/** https://nodejs.org/api/tls.html#class-tlsserver */
export class TlsServer extends NetServer {
  private options: SecureOptions
  constructor(...args: unknown[]) {
    const options = args.find((arg) => typeof arg === 'object' && arg !== null) as SecureOptions | undefined
    super(options ?? {})
    this.options = options ?? {}
    checkIdentity(this.options)
    const listener = args.find((arg) => typeof arg === 'function')
    if (listener) this.on('secureConnection', listener as never)
  }
  override accept(connected: Connected): void {
    acceptSecurely(
      connected,
      this.options,
      (socket) => this.welcome(socket, 'secureConnection'),
      (error, socket) => void this.emit('tlsClientError', error, socket),
    )
  }
  setSecureContext(options: SecureOptions): void {
    this.options = { ...this.options, ...options }
  }
  addContext(): void {}
  getTicketKeys(): Buffer {
    return Buffer.alloc(48)
  }
  setTicketKeys(): void {}
}
Object.defineProperty(TlsServer, 'name', { value: 'Server' })

/** @throws for a certificate or a key that is none */
export const checkIdentity = (options: SecureOptions): void => void new SecureContext(whole(options))

/** `connect(options)`, `connect(port[, host][, options])`, and a function behind. */
export function connect(...args: unknown[]): TLSSocket {
  const [port, host] = args
  const given = args.find((arg) => typeof arg === 'object' && arg !== null) as SecureOptions | undefined
  const options: SecureOptions = {
    ...(typeof port === 'object' ? {} : { port: Number(port) }),
    ...(typeof host === 'string' && { host }),
    ...given,
  }
  const callback = args.find((arg) => typeof arg === 'function')
  if (options.socket && !(options.socket instanceof Socket))
    throw invalidType('options.socket', 'an instance of net.Socket', options.socket)
  const socket = new TLSSocket(options)
  if (callback) socket.once('secureConnect', callback as never)
  if (!options.socket)
    return socket.connect(
      options.path === undefined ? { ...options, host: dialled(options.host) } : { path: options.path },
    )
  return socket.over(options.socket)
}
const dialled = (host = 'localhost'): string => (host === 'localhost' ? '127.0.0.1' : host)

/** node:tls */
export const tls = {
  TLSSocket,
  Server: TlsServer,
  SecureContext,
  connect,
  createServer: (...args: unknown[]) => new TlsServer(...args),
  createSecureContext: (options: SecureOptions = {}) => new SecureContext(options),
  checkServerIdentity(host: string, certificate: { subject?: { CN?: string }; subjectaltname?: string }) {
    const names = (certificate.subjectaltname ?? '')
      .split(', ')
      .flatMap((each) => (each.startsWith('DNS:') ? [each.slice(4)] : []))
    const known = names.length > 0 ? names : [certificate.subject?.CN ?? '']
    const fits = known.some(
      (each) => each === host || (each.startsWith('*.') && host.slice(host.indexOf('.')) === each.slice(1)),
    )
    const parts = {
      names,
      addresses: [],
      subjectParts: certificate.subject ?? {},
      subjectAltName: certificate.subjectaltname,
    }
    return fits ? undefined : wrongName(host, parts as unknown as Parts)
  },
  getCiphers: () => ['tls_aes_128_gcm_sha256', 'tls_aes_256_gcm_sha384', 'tls_chacha20_poly1305_sha256'],
  rootCertificates: [],
  DEFAULT_MIN_VERSION: 'TLSv1.2',
  DEFAULT_MAX_VERSION: 'TLSv1.3',
  DEFAULT_CIPHERS: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
  DEFAULT_ECDH_CURVE: 'auto',
  CLIENT_RENEG_LIMIT: 3,
  CLIENT_RENEG_WINDOW: 600,
}
