import { x25519 } from '@noble/curves/ed25519.js'
import type { ByteStream } from '@drydock/abi'
import { concatBytes, encodeUtf8, equalBytes } from '@drydock/codec'
import type { Certificate, RandomBytes } from '@drydock/crypto'
import { ByteReader } from './byte-reader.ts'
import { u8, u16, vector8, vector16 } from './byte-writer.ts'
import { certificateMessage, type TlsIdentity, verifyMessage } from './certificates.ts'
import { tell } from './client.ts'
import { certificateRequest, type ClientTrust, readClientCertificates } from './client-certificates.ts'
import { extension, extensionsOf, numbersOf } from './extensions.ts'
import { EXTENSION, Handshake, MESSAGE, message, TLS_13, X25519 } from './handshake.ts'
import { finishedOf, KeySchedule, SUITES, type Suite, TrafficKey } from './key-schedule.ts'
import { RECORD, Records } from './records.ts'
import { ALERT, protocolError, TlsError } from './tls-error.ts'
import { TlsStream } from './tls-stream.ts'

const HTTP = /^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) /
/** What Go's server says to those who come without TLS. */
const PLAIN_ANSWER = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/** Which certificate to show, by the name that the client wants to speak to. RFC 6066 section 3 */
export type ChooseIdentity = (serverName: string | undefined) => TlsIdentity | undefined

export interface TlsServerOptions {
  /** Protocols that are spoken; the client's first of them is taken. Default http/1.1. */
  readonly alpn?: readonly string[]
  /** Who clients have to be; by default nobody asks. */
  readonly clients?: ClientTrust | undefined
  /** Whoever comes without TLS hears nothing. */
  readonly silent?: boolean
}

/**
 * Agrees on TLS 1.3 as the server. RFC 8446. Whoever asks in plain HTTP is told so. The stream is the caller's when this
 * fails.
 * @throws TlsError
 */
export async function acceptTls(
  stream: ByteStream,
  identity: TlsIdentity | ChooseIdentity,
  random: RandomBytes,
  options: TlsServerOptions = {},
): Promise<TlsStream> {
  const records = new Records(stream)
  try {
    return await serve(records, identity, random, options)
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    const { failure } = error
    if (
      failure.kind === 'no tls' &&
      !options.silent &&
      HTTP.test(new TextDecoder().decode(failure.first.subarray(0, 8)))
    )
      await stream.write(encodeUtf8(PLAIN_ANSWER))
    else await tell(records, error)
    throw error
  }
}

interface ClientHello {
  readonly session: Uint8Array
  readonly suite: Suite
  readonly share: Uint8Array
  /** Signatures that the client understands. */
  readonly schemes: readonly number[]
  readonly alpn: string | undefined
  readonly serverName: string | undefined
}

async function serve(
  records: Records,
  identities: TlsIdentity | ChooseIdentity,
  random: RandomBytes,
  { alpn = ['http/1.1'], clients }: TlsServerOptions,
): Promise<TlsStream> {
  const handshake = new Handshake(records)
  const hello = readClientHello(await handshake.expect(MESSAGE.clientHello), alpn)
  const identity = typeof identities === 'function' ? identities(hello.serverName) : identities
  if (!identity) throw protocolError(ALERT.unrecognizedName, 'unrecognized name')
  const secret = random(32)
  const first = handshake.add(serverHello(hello, x25519.getPublicKey(secret), random))
  const schedule = new KeySchedule(x25519.getSharedSecret(secret, hello.share))
  const secrets = schedule.handshakeSecrets(handshake.digest())
  const plain = records.sealed(RECORD.handshake, first)
  records.writeKey = new TrafficKey(hello.suite, secrets.server)
  const sealed = records.sealed(
    RECORD.handshake,
    flight(handshake, { hello, identity, secret: secrets.server, random, clients }),
  )
  await records.stream.write(concatBytes([plain, records.sealed(RECORD.changeCipherSpec, u8(1)), sealed]))
  const data = schedule.dataSecrets(handshake.digest())
  records.writeKey = new TrafficKey(hello.suite, data.server)
  records.readKey = new TrafficKey(hello.suite, secrets.client)
  const certificates: readonly Certificate[] = clients ? await readClientCertificates(handshake, clients) : []
  const wanted = finishedOf(secrets.client, handshake.digest())
  if (!equalBytes(await handshake.expect(MESSAGE.finished), wanted))
    throw protocolError(ALERT.decryptError, 'invalid client finished hash')
  records.readKey = new TrafficKey(hello.suite, data.client)
  return new TlsStream(records, {
    ...{ certificates, suite: hello.suite.name, alpn: hello.alpn, serverName: hello.serverName },
  })
}

function readClientHello(body: Uint8Array, spoken: readonly string[]): ClientHello {
  const reader = new ByteReader(body)
  reader.take(2 + 32)
  const session = reader.vector(1).rest()
  const ids = numbersOf(reader.vector(2))
  reader.vector(1)
  const extensions = new Map(extensionsOf(reader))
  const versions = extensions.get(EXTENSION.supportedVersions)
  if (!versions || !numbersOf(versions.vector(1)).includes(TLS_13))
    throw protocolError(ALERT.protocolVersion, 'client offered only unsupported versions')
  const suite = SUITES.find(({ id }) => ids.includes(id))
  const share = keyShareOf(extensions.get(EXTENSION.keyShare))
  const schemes = extensions.get(EXTENSION.signatureAlgorithms)
  if (!suite || !share) throw nothingShared()
  const alpn = alpnOf(extensions.get(EXTENSION.alpn), spoken)
  return {
    ...{ session, suite, share, alpn, serverName: nameOf(extensions.get(EXTENSION.serverName)) },
    schemes: schemes ? numbersOf(schemes.vector(2)) : [],
  }
}

const nothingShared = (): TlsError =>
  protocolError(ALERT.handshakeFailure, 'no cipher suite supported by both client and server')

const HOST_NAME = 0

function nameOf(reader: ByteReader | undefined): string | undefined {
  const list = reader?.vector(2)
  while (list && !list.done) {
    const kind = list.number(1)
    const name = list.vector(2).rest()
    if (kind === HOST_NAME) return new TextDecoder().decode(name).toLowerCase()
  }
  return undefined
}

function keyShareOf(reader: ByteReader | undefined): Uint8Array | undefined {
  const list = reader?.vector(2)
  while (list && !list.done) {
    const group = list.number(2)
    const share = list.vector(2).rest()
    if (group === X25519) return share.slice()
  }
  return undefined
}

function alpnOf(reader: ByteReader | undefined, spoken: readonly string[]): string | undefined {
  const list = reader?.vector(2)
  while (list && !list.done) {
    const name = new TextDecoder().decode(list.vector(1).rest())
    if (spoken.includes(name)) return name
  }
  return undefined
}

function serverHello({ session, suite }: ClientHello, share: Uint8Array, random: RandomBytes): Uint8Array {
  const extensions = [
    extension(EXTENSION.supportedVersions, u16(TLS_13)),
    extension(EXTENSION.keyShare, concatBytes([u16(X25519), vector16(share)])),
  ]
  const body = [u16(0x0303), random(32), vector8(session), u16(suite.id), u8(0), vector16(...extensions)]
  return message(MESSAGE.serverHello, ...body)
}

interface Flight {
  readonly hello: ClientHello
  readonly identity: TlsIdentity
  readonly secret: Uint8Array
  readonly random: RandomBytes
  readonly clients: ClientTrust | undefined
}

/** All that follows the hello, one message after the other. */
function flight(handshake: Handshake, { hello, identity, secret, random, clients }: Flight): Uint8Array {
  const alpn = hello.alpn === undefined ? [] : [extension(EXTENSION.alpn, vector16(vector8(encodeUtf8(hello.alpn))))]
  const opening = [
    handshake.add(message(MESSAGE.encryptedExtensions, vector16(...alpn))),
    ...(clients ? [handshake.add(certificateRequest(clients))] : []),
    handshake.add(certificateMessage(identity.chain)),
  ]
  const proof = verifyMessage('server', handshake, identity.key, hello.schemes, random)
  if (!proof) throw nothingShared()
  const verify = handshake.add(proof)
  const finished = handshake.add(message(MESSAGE.finished, finishedOf(secret, handshake.digest())))
  return concatBytes([...opening, verify, finished])
}
