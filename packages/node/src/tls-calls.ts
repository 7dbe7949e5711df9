import { type ByteStream, isErrno, isInet, SOCK_STREAM, type Sys } from '@drydock/abi'
import { asNumber, type ForeignAnswer, type ForeignCall, answer, FdStream, speaksClear } from '@drydock/libc'
import {
  acceptTls,
  connectTls,
  readCertificates,
  readIdentity,
  TlsError,
  type TlsIdentity,
  type TlsStream,
  verifyChain,
  type VerifyProblem,
} from '@drydock/tls'
import { certificateParts } from './keys/certificate-parts.ts'

/** What a script says of a connection that is to be secured. Texts are PEM. */
interface Wanted {
  /** Whom the certificate has to name. */
  readonly name: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly alpn?: readonly string[]
  readonly requestCert?: boolean
  readonly required?: boolean
}

type Problem = readonly [code: string, message: string]
const PROBLEMS: Readonly<Record<VerifyProblem['kind'], Problem>> = {
  'self signed': ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
  'unknown authority': ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
  expired: ['CERT_HAS_EXPIRED', 'certificate has expired'],
  'not yet valid': ['CERT_NOT_YET_VALID', 'certificate is not yet valid'],
  'wrong usage': ['INVALID_PURPOSE', 'unsuitable certificate purpose'],
  'no certificate': ['UNABLE_TO_GET_ISSUER_CERT', 'unable to get issuer certificate'],
  'no names': ['ERR_TLS_CERT_ALTNAME_INVALID', ''],
  'wrong name': ['ERR_TLS_CERT_ALTNAME_INVALID', ''],
}

function facts(stream: TlsStream, sys: Sys, { name, ca }: Wanted, usage: 'client' | 'server'): object {
  const { certificates, suite, alpn, serverName } = stream.facts
  const options = { roots: readCertificates(ca ?? ''), nowMs: sys.clock.now(), usage }
  const chain = certificates.length > 0 ? verifyChain(certificates, options) : undefined
  const named = usage === 'server' ? verifyChain(certificates, { ...options, name, commonName: true }) : undefined
  return {
    suite,
    ...{ alpn: alpn ?? null, serverName: serverName ?? null },
    problem: chain ? PROBLEMS[chain.kind] : null,
    misnamed: chain === undefined && named !== undefined,
    certificates: certificates.map(({ bytes }) => certificateParts(bytes)),
  }
}

/** Carries what one side says to the other until it says no more. */
async function carry(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) await to.write(bytes)
    to.shutdown()
  } catch {
    // One of the two has broken off, or the process has ended.
    for (const stream of [from, to])
      try {
        stream.close()
      } catch {
        // It is closed already.
      }
  }
}

/** @returns a descriptor at which the script reads and writes in clear what is sealed on the other */
function clearEnd(sys: Sys, tls: TlsStream): number {
  const [own, inner] = sys.socketpair(SOCK_STREAM)
  for (const fd of [own, inner]) sys.setFdFlags(fd, { cloexec: true })
  const plain = new FdStream(sys, inner)
  void Promise.all([carry(tls, plain), carry(plain, tls)]).then(() => {
    for (const stream of [tls, plain])
      try {
        stream.close()
      } catch {
        // The process has ended.
      }
  })
  return own
}

/** How a handshake fails, for the script's own words. */
function failure(error: unknown): ForeignAnswer {
  if (error instanceof TlsError) return answer({ failed: error.failure.kind, words: error.message })
  if (isErrno(error)) return answer({ failed: 'eof', words: error.message })
  throw error
}

async function identityOf({ cert, key }: Wanted): Promise<TlsIdentity | undefined> {
  if (cert === undefined || key === undefined) return undefined
  const identity = await readIdentity(cert, key)
  return typeof identity === 'string' ? undefined : identity
}

async function connect(sys: Sys, fd: number, wanted: Wanted): Promise<ForeignAnswer> {
  const peer = sys.getpeername(fd)
  if (isInet(peer) && speaksClear(peer.address)) return answer({ fd, clear: true })
  const identity = await identityOf(wanted)
  try {
    const tls = await connectTls(new FdStream(sys, fd), {
      ...{ name: wanted.name, roots: [], insecure: true, nowMs: sys.clock.now(), alpn: wanted.alpn ?? [] },
      random: (length) => sys.entropy.bytes(length),
      identities: identity ? [identity] : [],
    })
    return answer({ fd: clearEnd(sys, tls), ...facts(tls, sys, wanted, 'server') })
  } catch (error) {
    return failure(error)
  }
}

async function accept(sys: Sys, fd: number, wanted: Wanted): Promise<ForeignAnswer> {
  const identity = await identityOf(wanted)
  if (!identity) return answer({ failed: 'no identity', words: 'no shared cipher' })
  const roots = readCertificates(wanted.ca ?? '')
  const clients = { roots, required: wanted.required === true, nowMs: sys.clock.now() }
  try {
    const random = (length: number): Uint8Array => sys.entropy.bytes(length)
    const tls = await acceptTls(new FdStream(sys, fd), identity, random, {
      alpn: wanted.alpn ?? [],
      silent: true,
      clients: wanted.requestCert ? clients : undefined,
    })
    return answer({ fd: clearEnd(sys, tls), ...facts(tls, sys, wanted, 'client') })
  } catch (error) {
    return failure(error)
  }
}

export const TLS_CALLS: Readonly<Record<'connect' | 'accept', ForeignCall>> = {
  connect: (sys, [fd, wanted]) => connect(sys, asNumber(fd), wanted as Wanted),
  accept: (sys, [fd, wanted]) => accept(sys, asNumber(fd), wanted as Wanted),
}
