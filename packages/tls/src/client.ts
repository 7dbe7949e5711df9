import { x25519 } from '@noble/curves/ed25519.js'
import type { ByteStream } from '@drydock/abi'
import { concatBytes, encodeUtf8, equalBytes } from '@drydock/codec'
import type { Certificate, RandomBytes } from '@drydock/crypto'
import { ByteReader } from './byte-reader.ts'
import { u8, u16, vector8, vector16 } from './byte-writer.ts'
import {
  certificateMessage,
  checkVerifyMessage,
  readCertificateMessage,
  type TlsIdentity,
  verifyMessage,
} from './certificates.ts'
import { type CertificateRequest, isAskedFor, readCertificateRequest } from './client-certificates.ts'
import { extension, extensionsOf } from './extensions.ts'
import { EXTENSION, Handshake, MESSAGE, message, TLS_13, X25519 } from './handshake.ts'
import { finishedOf, KeySchedule, SUITES, type Suite, TrafficKey } from './key-schedule.ts'
import { RECORD, Records } from './records.ts'
import { SCHEME_IDS } from './signatures.ts'
import { ALERT, protocolError, TlsError } from './tls-error.ts'
import { TlsStream } from './tls-stream.ts'
import { verifyChain } from './verify.ts'

export interface TlsClientOptions {
  /** Whom the certificate has to name: a DNS name or an IPv4 address. */
  readonly name: string
  readonly roots: readonly Certificate[]
  /** The certificate is not looked at. */
  readonly insecure?: boolean
  /** Whether a common name counts, see VerifyOptions. */
  readonly commonName?: boolean
  readonly nowMs: number
  readonly random: RandomBytes
  readonly alpn?: readonly string[]
  /** Who the client may be, where a server asks: the first that the server may know is shown. */
  readonly identities?: readonly TlsIdentity[]
}

/** Agrees on TLS 1.3 as the client. RFC 8446. The stream is the caller's when this fails. @throws TlsError */
export async function connectTls(stream: ByteStream, options: TlsClientOptions): Promise<TlsStream> {
  const records = new Records(stream)
  try {
    return await new ClientHandshake(records, options).run()
  } catch (error) {
    if (error instanceof TlsError) await tell(records, error)
    throw error
  }
}

/** The alert that goes with what went wrong here. */
export async function tell(records: Records, { failure }: TlsError): Promise<void> {
  const alert =
    failure.kind === 'protocol' ? failure.alert : failure.kind === 'certificate' ? ALERT.badCertificate : undefined
  if (alert !== undefined) await records.write(RECORD.alert, Uint8Array.of(2, alert))
}

class ClientHandshake {
  private readonly records: Records
  private readonly options: TlsClientOptions
  private readonly handshake: Handshake
  private readonly secret: Uint8Array
  private alpn: string | undefined

  constructor(records: Records, options: TlsClientOptions) {
    this.records = records
    this.options = options
    this.handshake = new Handshake(records)
    this.secret = options.random(32)
  }

  async run(): Promise<TlsStream> {
    const { records, handshake } = this
    await records.write(RECORD.handshake, handshake.add(this.hello()))
    const { suite, share } = readServerHello(await handshake.expect(MESSAGE.serverHello))
    const schedule = new KeySchedule(x25519.getSharedSecret(this.secret, share))
    const secrets = schedule.handshakeSecrets(handshake.digest())
    records.readKey = new TrafficKey(suite, secrets.server)
    this.readExtensions(await handshake.expect(MESSAGE.encryptedExtensions))
    const { certificates, asked } = await this.certificates()
    const before = handshake.digest()
    await this.checkSignature(certificates, before)
    const wanted = finishedOf(secrets.server, handshake.digest())
    if (!equalBytes(await handshake.expect(MESSAGE.finished), wanted))
      throw protocolError(ALERT.decryptError, 'invalid server finished hash')
    const data = schedule.dataSecrets(handshake.digest())
    records.writeKey = new TrafficKey(suite, secrets.client)
    await this.finish(secrets.client, asked)
    records.readKey = new TrafficKey(suite, data.server)
    records.writeKey = new TrafficKey(suite, data.client)
    return new TlsStream(records, { certificates, suite: suite.name, alpn: this.alpn })
  }

  private hello(): Uint8Array {
    const { name, random, alpn = [] } = this.options
    const share = vector16(u16(X25519), vector16(x25519.getPublicKey(this.secret)))
    const schemes = [...SCHEME_IDS, 0x0401, 0x0501, 0x0601].map(u16)
    const extensions = [
      ...(/^[\d.]+$/.test(name) ? [] : [extension(EXTENSION.serverName, vector16(u8(0), vector16(encodeUtf8(name))))]),
      extension(EXTENSION.supportedVersions, vector8(u16(TLS_13))),
      extension(EXTENSION.supportedGroups, vector16(u16(X25519))),
      extension(EXTENSION.signatureAlgorithms, vector16(...schemes)),
      extension(EXTENSION.keyShare, share),
      ...(alpn.length > 0
        ? [extension(EXTENSION.alpn, vector16(...alpn.map((each) => vector8(encodeUtf8(each)))))]
        : []),
    ]
    return message(
      MESSAGE.clientHello,
      u16(0x0303),
      random(32),
      vector8(random(32)),
      vector16(...SUITES.map(({ id }) => u16(id))),
      vector8(u8(0)),
      vector16(...extensions),
    )
  }

  private readExtensions(body: Uint8Array): void {
    for (const [type, value] of extensionsOf(new ByteReader(body)))
      if (type === EXTENSION.alpn) this.alpn = new TextDecoder().decode(value.vector(2).vector(1).rest())
  }

  /** The server's, and what it asks of the client. */
  private async certificates(): Promise<{
    readonly certificates: readonly Certificate[]
    readonly asked: CertificateRequest | undefined
  }> {
    let next = await this.handshake.next()
    const asked = next.type === MESSAGE.certificateRequest ? readCertificateRequest(next.body) : undefined
    if (asked) next = await this.handshake.next()
    if (next.type !== MESSAGE.certificate) throw protocolError(ALERT.unexpectedMessage, 'unexpected message')
    return { certificates: readCertificateMessage(new ByteReader(next.body)), asked }
  }

  private async checkSignature(certificates: readonly Certificate[], transcript: Uint8Array): Promise<void> {
    const reader = new ByteReader(await this.handshake.expect(MESSAGE.certificateVerify))
    checkVerifyMessage('server', reader, certificates[0], transcript)
    const { insecure, name, roots, nowMs, commonName = false } = this.options
    const wanted = { name, roots, nowMs, commonName, usage: 'server' } as const
    const problem = insecure ? undefined : verifyChain(certificates, wanted)
    if (problem) throw new TlsError({ kind: 'certificate', problem })
  }

  private async finish(secret: Uint8Array, asked: CertificateRequest | undefined): Promise<void> {
    const { handshake, records } = this
    const told = asked ? this.introduction(asked) : []
    const finished = handshake.add(message(MESSAGE.finished, finishedOf(secret, handshake.digest())))
    await records.stream.write(
      concatBytes([
        records.sealed(RECORD.changeCipherSpec, u8(1)),
        records.sealed(RECORD.handshake, concatBytes([...told, finished])),
      ]),
    )
  }

  /** Who the client is, with the proof; nobody where it has nothing that was asked for. */
  private introduction(asked: CertificateRequest): readonly Uint8Array[] {
    const { handshake, options } = this
    const identity = options.identities?.find((each) => isAskedFor(each, asked))
    const certificates = handshake.add(certificateMessage(identity?.chain ?? []))
    const proof = identity && verifyMessage('client', handshake, identity.key, asked.schemes, options.random)
    if (identity && !proof) throw protocolError(ALERT.handshakeFailure, 'peer understands no signature of this key')
    return proof ? [certificates, handshake.add(proof)] : [certificates]
  }
}

function readServerHello(body: Uint8Array): { suite: Suite; share: Uint8Array } {
  const reader = new ByteReader(body)
  reader.take(2 + 32)
  reader.vector(1)
  const id = reader.number(2)
  reader.take(1)
  const extensions = new Map(extensionsOf(reader))
  const suite = SUITES.find((each) => each.id === id)
  if (extensions.get(EXTENSION.supportedVersions)?.number(2) !== TLS_13)
    throw protocolError(ALERT.protocolVersion, 'server selected unsupported protocol version 303')
  const share = extensions.get(EXTENSION.keyShare)
  if (!suite || share?.number(2) !== X25519)
    throw protocolError(ALERT.handshakeFailure, 'server selected unsupported group')
  return { suite, share: share.vector(2).rest().slice() }
}
