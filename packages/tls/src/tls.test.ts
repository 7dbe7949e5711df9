import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteStream } from '@drydock/abi'
import { streamPair } from '@drydock/abi/testing'
import {
  type CertificateFields,
  der,
  generateEc,
  generateRsa,
  makeCertificate,
  oid,
  oidOf,
  pem,
  privatePem,
  readCertificate,
  type RsaPrivateKey,
  sequence,
  signPss,
  truth,
  verifyPss,
} from '@drydock/crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptTls,
  connectTls,
  readIdentity,
  type TlsClientOptions,
  TlsError,
  type TlsIdentity,
  type TlsStream,
} from './index.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const nowMs = Date.now()
const DAY_MS = 86_400_000
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

let key: RsaPrivateKey
let authority: RsaPrivateKey
beforeAll(async () => {
  key = await generateRsa(2048, random, () => undefined)
  authority = await generateRsa(1024, random, () => undefined)
}, 120_000)

const named = (name: string) => [[oidOf('CN') ?? '', name]] as const
const alternative = (...names: Uint8Array[]) => ({
  oid: oidOf('subjectAltName') ?? '',
  critical: false,
  value: sequence(...names),
})
const dns = (name: string): Uint8Array => der(0x82, encode(name))
const CA = { oid: oidOf('basicConstraints') ?? '', critical: true, value: sequence(truth()) }

function certificate(fields: Partial<CertificateFields>, signer = key): Uint8Array {
  const whole: CertificateFields = {
    serial: 1n,
    issuer: named('registry.local'),
    subject: named('registry.local'),
    notBeforeMs: nowMs - DAY_MS,
    notAfterMs: nowMs + DAY_MS,
    key,
    extensions: [alternative(dns('registry.local'), der(0x87, Uint8Array.of(127, 0, 0, 1)))],
    ...fields,
  }
  return makeCertificate(whole, signer, 'sha256')
}

async function agree(chain: readonly Uint8Array[], options: Partial<TlsClientOptions>) {
  const [near, far] = streamPair()
  const server = acceptTls(far, { chain, key }, random)
  server.catch(() => undefined)
  const client = await connectTls(near, { name: 'registry.local', roots: [], nowMs, random, ...options })
  return { client, server: await server }
}

const root = (bytes: Uint8Array) => [readCertificate(bytes) ?? never()]
const never = (): never => {
  throw new Error('no certificate')
}

describe('between client and server', () => {
  it('carries data both ways, in records of any number', async () => {
    const own = certificate({})
    const { client, server } = await agree([own], { roots: root(own), alpn: ['h2', 'http/1.1'] })
    expect([client.facts.suite, client.facts.alpn, client.facts.certificates.length]).toEqual([
      'TLS_CHACHA20_POLY1305_SHA256',
      'http/1.1',
      1,
    ])
    const big = random(100_000)
    await client.write(big)
    const parts: Uint8Array[] = []
    for (let size = 0; size < big.length; size += parts.at(-1)?.length ?? 0) parts.push(await server.read())
    expect(Buffer.concat(parts).equals(Buffer.from(big))).toBe(true)
    await server.write(encode('back'))
    expect(decode(await client.read())).toBe('back')
    server.close()
    expect((await client.read()).length).toBe(0)
  })

  it.each(['P-256', 'P-384'] as const)('signs with a key on %s', async (curve) => {
    const own = generateEc(curve, random)
    const bytes = makeCertificate(
      {
        ...{ serial: 1n, issuer: named('registry.local'), subject: named('registry.local'), key: own },
        ...{
          notBeforeMs: nowMs - DAY_MS,
          notAfterMs: nowMs + DAY_MS,
          extensions: [alternative(dns('registry.local'))],
        },
      },
      own,
      'sha256',
    )
    const identity = await readIdentity(pem('CERTIFICATE', bytes), privatePem(own))
    if (typeof identity === 'string') return never()
    const [near, far] = streamPair()
    const server = acceptTls(far, identity, random)
    const client = await connectTls(near, { name: 'registry.local', roots: root(bytes), nowMs, random })
    await client.write(encode('hello'))
    expect(decode(await (await server).read())).toBe('hello')
  })

  it('believes a certificate that an authority signed', async () => {
    const ca = certificate({ issuer: named('ca'), subject: named('ca'), key: authority, extensions: [CA] }, authority)
    const leaf = certificate({ issuer: named('ca') }, authority)
    expect((await agree([leaf], { roots: root(ca) })).client.facts.certificates).toHaveLength(1)
  })

  describe('a server that asks who its clients are', () => {
    const ca = (): Uint8Array =>
      certificate({ issuer: named('ca'), subject: named('ca'), key: authority, extensions: [CA] }, authority)
    const signed = (fields: Partial<CertificateFields> = {}): Uint8Array =>
      certificate({ issuer: named('ca'), subject: named('ann'), extensions: [], ...fields }, authority)
    const usage = (name: string) => ({
      oid: oidOf('extendedKeyUsage') ?? '',
      critical: false,
      value: sequence(oid(oidOf(name) ?? '')),
    })
    async function ask(
      own: Uint8Array | undefined,
      required = true,
    ): Promise<{ client: TlsStream; server: Promise<TlsStream> }> {
      const [near, far] = streamPair()
      const clients = { roots: root(ca()), required, nowMs }
      const server = acceptTls(
        far,
        { chain: [signed({ extensions: [alternative(dns('registry.local'))] })], key },
        random,
        { clients },
      )
      server.catch(() => undefined)
      const identities = own ? [{ chain: [own], key }] : []
      const client = await connectTls(near, { name: 'registry.local', roots: root(ca()), nowMs, random, identities })
      await client.write(encode('hello'))
      return { client, server }
    }

    it('knows those whose certificate its authority signed', async () => {
      const { server } = await ask(signed({ extensions: [usage('clientAuth')] }))
      const [leaf] = (await server).facts.certificates
      expect(leaf?.subject).toEqual(named('ann'))
      expect(decode(await (await server).read())).toBe('hello')
    })

    it('lets in strangers where it need not know them', async () => {
      expect((await (await ask(undefined, false)).server).facts.certificates).toEqual([])
    })

    it.each<[string, () => Uint8Array | undefined, string | RegExp, string]>([
      [
        'nobody',
        () => undefined,
        "tls: client didn't provide a certificate",
        'remote error: tls: certificate required',
      ],
      // It is not shown: the authority that signed it is none that was named.
      [
        'a stranger',
        () => certificate({}),
        "tls: client didn't provide a certificate",
        'remote error: tls: certificate required',
      ],
      [
        'one of yesterday',
        () => signed({ notAfterMs: nowMs - 1000 }),
        /verify certificate: expired/,
        'remote error: tls: bad certificate',
      ],
      [
        'a server',
        () => signed({ extensions: [usage('serverAuth')] }),
        /wrong usage/,
        'remote error: tls: bad certificate',
      ],
    ])('turns away %s', async (_who, own, said, heard) => {
      const { client, server } = await ask(own())
      await expect(server).rejects.toThrow(said)
      await expect(client.read()).rejects.toThrow(heard)
    })
  })

  it.each<[string, Partial<CertificateFields>, Partial<TlsClientOptions>]>([
    ['self signed', {}, {}],
    ['unknown authority', { issuer: named('ca') }, {}],
    ['expired', { notAfterMs: nowMs - 1000 }, {}],
    ['not yet valid', { notBeforeMs: nowMs + 10_000 }, {}],
    ['wrong name', {}, { name: 'other.local' }],
    ['wrong name', {}, { name: '10.0.0.1' }],
    ['no names', { extensions: [] }, {}],
  ])('does not believe: %s', async (kind, fields, options) => {
    const refused = agree([certificate(fields)], options)
    await expect(refused).rejects.toMatchObject({ failure: { kind: 'certificate', problem: { kind } } })
    expect((await agree([certificate(fields)], { ...options, insecure: true })).client.facts.certificates).toHaveLength(
      1,
    )
  })

  it('does not take an authority for one that is none', async () => {
    const plain = certificate(
      { subject: named('ca'), issuer: named('ca'), key: authority, extensions: [{ ...CA, value: sequence() }] },
      authority,
    )
    const leaf = certificate({ issuer: named('ca') }, authority)
    await expect(agree([leaf], { roots: root(plain) })).rejects.toBeInstanceOf(TlsError)
  })

  it('tells who speaks something else', async () => {
    const [near, far] = streamPair()
    far.write(encode('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(connectTls(near, { name: 'x', roots: [], nowMs, random })).rejects.toMatchObject({
      failure: { kind: 'no tls', first: encode('HTTP/1.1 400 Bad Request\r\n\r\n') },
    })
    const [plain, server] = streamPair()
    plain.write(encode('GET / HTTP/1.1\r\n\r\n'))
    await expect(acceptTls(server, { chain: [], key }, random)).rejects.toBeInstanceOf(TlsError)
    expect(decode(await plain.read())).toContain('Client sent an HTTP request to an HTTPS server.')
  })
})

it('signs by RSASSA-PSS what it verifies, and nothing else', () => {
  const signature = signPss(key, 'sha256', encode('message'), random)
  expect([
    verifyPss(key, 'sha256', encode('message'), signature),
    verifyPss(key, 'sha256', encode('massage'), signature),
    verifyPss(authority, 'sha256', encode('message'), signature),
  ]).toEqual([true, false, false])
})

const OPENSSL = spawnSync('openssl', ['version']).status === 0
if (!OPENSSL) console.log('tls: skipped, no openssl on this machine')
const folder = mkdtempSync(join(tmpdir(), 'drydock-tls-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A socket of this machine as a stream. */
function streamOf(socket: Socket): ByteStream {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return {
    read: async () => new Uint8Array((await chunks.next()).value ?? []),
    write: (bytes) => new Promise((done) => void socket.write(bytes, () => done())),
    shutdown: () => void socket.end(),
    close: () => void socket.end(),
  }
}

describe.runIf(OPENSSL)('with openssl', () => {
  it('answers s_client', async () => {
    const files = ['leaf.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string]
    writeFileSync(files[0], pem('CERTIFICATE', certificate({})))
    writeFileSync(files[1], privatePem(key))
    const identity = (await readIdentity(pem('CERTIFICATE', certificate({})), privatePem(key))) as TlsIdentity
    const server = createServer(async (socket) => {
      const tls = await acceptTls(streamOf(socket), identity, random)
      await tls.write(encode(`heard ${decode(await tls.read())}`))
      tls.close()
    })
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up))
    const { port } = server.address() as { port: number }
    for (const suite of ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']) {
      const client = spawn('openssl', [
        ...[
          's_client',
          '-quiet',
          '-connect',
          `127.0.0.1:${port}`,
          '-servername',
          'registry.local',
          '-ciphersuites',
          suite,
        ],
        ...['-CAfile', files[0], '-verify_return_error', '-verify_hostname', 'registry.local'],
      ])
      client.stdin.write('hello\n')
      let said = ''
      client.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await new Promise((ended) => client.on('close', ended))
      expect(said).toBe('heard hello\n')
    }
    server.close()
  })

  it.each<[string, string[]]>([
    ['asks for nobody', []],
    ['asks who we are', ['-Verify', '1', '-verify_return_error']],
  ])('asks s_server, which %s', async (_what, more) => {
    const [leaf, secret] = [join(folder, 'theirs.pem'), join(folder, 'theirs.key')]
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1', '-keyout', secret],
        ...['-out', leaf, '-addext', 'subjectAltName=DNS:localhost'],
      ],
      { stdio: 'ignore' },
    )
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const server = spawn('openssl', [
      's_server',
      '-accept',
      String(port),
      '-cert',
      leaf,
      '-key',
      secret,
      '-www',
      '-quiet',
      ...['-CAfile', leaf, ...more],
    ])
    try {
      const socket = await dialled(port)
      const roots = [readCertificate(pemBytes(leaf)) ?? never()]
      const own = (await readIdentity(readFileSync(leaf, 'utf8'), readFileSync(secret, 'utf8'))) as TlsIdentity
      const options = { name: 'localhost', roots, nowMs: Date.now(), random, identities: [own] }
      const tls = await connectTls(streamOf(socket), options)
      await tls.write(encode('GET / HTTP/1.0\r\n\r\n'))
      expect(decode(await tls.read())).toMatch(/^HTTP\/1.0 200 ok/i)
      tls.close()
    } finally {
      server.kill()
    }
  })
})

const pemBytes = (file: string): Uint8Array =>
  new Uint8Array(execFileSync('openssl', ['x509', '-in', file, '-outform', 'DER']))

async function dialled(port: number): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const up = await new Promise<boolean>((told) =>
      socket.once('connect', () => told(true)).once('error', () => told(false)),
    )
    if (up) return socket
    if (attempt > 100) throw new Error('s_server does not listen')
    await new Promise((later) => setTimeout(later, 50))
  }
}
