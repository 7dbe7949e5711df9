import { randomBytes } from 'node:crypto'
import type { ByteStream } from '@drydock/abi'
import { acceptTls, readIdentity, type TlsIdentity } from '@drydock/tls'
import { beforeAll, expect, it } from 'vitest'
import { TlsSensing } from './tls-sensing.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const clock = {
  after: () => ({ cancel: () => undefined }),
  now: () => Date.now(),
  monotonic: () => 0,
  soon: () => undefined,
}
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)

/** One way of a connection. */
class Way {
  private readonly pieces: Uint8Array[] = []
  private wake: () => void = () => undefined
  private over = false
  put(piece: Uint8Array): void {
    this.pieces.push(piece)
    this.wake()
  }
  end(): void {
    this.over = true
    this.wake()
  }
  async next(): Promise<Uint8Array> {
    while (this.pieces.length === 0 && !this.over) await new Promise<void>((wake) => (this.wake = wake))
    return this.pieces.shift() ?? new Uint8Array(0)
  }
}
function pair(): [ByteStream, ByteStream] {
  const [there, back] = [new Way(), new Way()]
  const end = (from: Way, to: Way): ByteStream => {
    let left: Uint8Array = new Uint8Array(0)
    return {
      async read(max = Number.POSITIVE_INFINITY) {
        if (left.length === 0) left = await from.next()
        const taken = left.subarray(0, max)
        left = left.subarray(taken.length)
        return taken
      },
      write: (piece) => to.put(piece.slice()),
      shutdown: () => to.end(),
      close: () => (to.end(), from.end()),
    }
  }
  return [end(back, there), end(there, back)]
}

// Of nobody: made for this file by `openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=itself`.
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICADCCAWmgAwIBAgIUDnLpD52LuoH5VjR/kKvsPOcqhAkwDQYJKoZIhvcNAQEL
BQAwETEPMA0GA1UEAwwGaXRzZWxmMCAXDTI2MTEyOTA1NDAxM1oYDzIxMjYxMTA1
MDU0MDEzWjARMQ8wDQYDVQQDDAZpdHNlbGYwgZ8wDQYJKoZIhvcNAQEBBQADgY0A
MIGJAoGBAMy+ylmLfhAInOMZh3O7BXwPlhR4H9Hzefq9c0YrQdr51cu8kacS0y/P
xCZZv3l5HRZ3+Gws/Z147+plFSM1oA71DJ657ozm3cx4HocQVyBDvdTNlary2RkT
7BKM1V/II6hVu7WfrPfa61eoo9EG4MsPdN7ebu7SkHshoBx7cXbBAgMBAAGjUzBR
MB0GA1UdDgQWBBTGg2/5Xpk9bKet9hZttndziEvWuDAfBgNVHSMEGDAWgBTGg2/5
Xpk9bKet9hZttndziEvWuDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUA
A4GBAMw43sDOrwMTMAM2WqBMLQOxnYL5++l6xOcfVEpfvEicLvll+//LPk1TWuGB
ytZ/C4swBiJe/m6AneKr0yf5hnfBGpROkbTi6e5qpsL6samRXYmE0YMzH/vwy23F
aGsRBFErO1/aYEON/TKKUGW16xvNGkTmyl/F4FqRN+H4Z3Qc
-----END CERTIFICATE-----`
const KEY = `-----BEGIN PRIVATE KEY-----
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMy+ylmLfhAInOMZ
h3O7BXwPlhR4H9Hzefq9c0YrQdr51cu8kacS0y/PxCZZv3l5HRZ3+Gws/Z147+pl
FSM1oA71DJ657ozm3cx4HocQVyBDvdTNlary2RkT7BKM1V/II6hVu7WfrPfa61eo
o9EG4MsPdN7ebu7SkHshoBx7cXbBAgMBAAECgYEAnRijEBPc1RaWshWLfbv5GFip
Mel9mM01QbONOEDGleruJRX5t/TUv7Gt8jMYnG7WZ8ADh5T5v5LkmreWgV6LAK7/
7wk7iKbsVJUicj1VcfJ7LqZfgpeG8APkLXYTa8ThvJ9vGQ783Bu7Q8qx9a0dUlaQ
t8m+quE37R5GIQ3IaXECQQDzUdJDOYNBOUPnH3fu+RsaqjKqYfQctgISuuAyIp2Y
G+wczuZgFqexoT6+MmtzXXFUCBz43kwznoyZ/N0oNmytAkEA12pXM8iIGX+OGl8I
SgfRd42y+xGpKsBnTOy0t78qgq4CXCVXp9xuRC7mDU/2YO3Z/rESTSTOGTNroScF
SdNA5QJBAI9TRxOqMRKedM0T0EXIHpsaXjXW9UBkRdxaj+14TnRnHjHp/fHj5mvP
m3HVqU2PYU4qaUZ/S0usvQ2H0Y36YRECQQDVAY4g4lXSANNfOEFWEs0JztAAe8Iv
R/ndkuJQH3PFrJMg0rwOfGV8fnN1DnCuAAPjWOyj45T4TmRLAe60xXQRAkAxg0oa
jRoAtkT+yHXmlHrlLrsH5DGAoAVEqH843jotx2sgCpXUholNndmgekEMEmEYPnmR
DL/kTmY/oXyOHGRh
-----END PRIVATE KEY-----`
let identity: TlsIdentity
beforeAll(async () => {
  const read = await readIdentity(CERTIFICATE, KEY)
  if (typeof read === 'string') throw new Error(read)
  identity = read
})

type Serve = (stream: ByteStream) => Promise<void>
const refusing =
  (...answers: string[]): Serve =>
  async (stream) => {
    await stream.read()
    for (const answer of answers) await stream.write(bytes(answer))
    stream.close()
  }
const inTls: Serve = async (stream) => {
  const tls = await acceptTls(stream, identity, random)
  await tls.write(bytes(`secure ${text(await tls.read())}`))
}

/** What comes to `GET`, and how many connections it took. */
async function ask(sensing: TlsSensing, ...servers: Serve[]): Promise<[string, number]> {
  let count = 0
  const connect = async (): Promise<ByteStream> => {
    const [near, far] = pair()
    void servers[count++]?.(far).catch(() => far.close())
    return near
  }
  const stream = await sensing.dial('10.0.0.1:8443', connect)
  await stream.write(bytes('GET'))
  return [text(await stream.read()), count]
}

const NGINX = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 49\r\n\r\n'
const SAYS = 'The plain HTTP request was sent to HTTPS port....'
it.each([
  ['words in the body', refusing(NGINX, SAYS)],
  ['an alert', refusing('\x15\x03\x01\x00\x02\x02\x46')],
  ['a closed connection', refusing()],
])('asks again in TLS after %s, and the next time at once', async (_, refuse) => {
  const sensing = new TlsSensing({ clock, entropy: { bytes: random } })
  expect(await ask(sensing, refuse, inTls)).toEqual(['secure GET', 2])
  expect(await ask(sensing, inTls)).toEqual(['secure GET', 1])
  expect(await ask(sensing, refusing('plain'), refusing('plain'))).toEqual(['plain', 2])
})

it('passes on what a server says in clear', async () => {
  const sensing = new TlsSensing({ clock, entropy: { bytes: random } })
  const other = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n'
  expect(await ask(sensing, refusing('HTTP/1.1 200 OK\r\n\r\n'))).toEqual(['HTTP/1.1 200 OK\r\n\r\n', 1])
  expect(await ask(sensing, refusing(other))).toEqual([other, 1])
})
