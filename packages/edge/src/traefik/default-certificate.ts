import { isErrno, type Sys } from '@drydock/abi'
import { der, generateEc, makeCertificate, oidOf, sequence, toBigInt } from '@drydock/crypto'
import { readTextFile } from '@drydock/libc'
import type { ChooseIdentity, TlsIdentity } from '@drydock/tls'
import type { CertificateFiles } from './dynamic-config.ts'

const YEAR_MS = 365 * 86_400_000
const COMMON_NAME = 'TRAEFIK DEFAULT CERT'

/** What is shown to who asks for a name without a certificate: made at every start, as Traefik does. */
function selfSigned(sys: Sys): TlsIdentity {
  const random = (length: number): Uint8Array => sys.entropy.bytes(length)
  const key = generateEc('P-256', random)
  const name: [string, string][] = [[oidOf('CN') ?? '', COMMON_NAME]]
  const host = [...random(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const names = sequence(der(0x82, new TextEncoder().encode(`${host}.${host}.traefik.default`)))
  const fields = {
    ...{ issuer: name, subject: name, key, serial: toBigInt(random(16)) | 1n },
    ...{ notBeforeMs: sys.clock.now() - 60_000, notAfterMs: sys.clock.now() + YEAR_MS },
    extensions: [{ oid: oidOf('subjectAltName') ?? '', critical: false, value: names }],
  }
  return { chain: [makeCertificate(fields, key, 'sha256')], key }
}

/** Certificates of the dynamic configuration by the names in them, and the one that stands for all others. */
export class Certificates {
  private readonly sys: Sys
  private readonly tell: (problem: string) => Promise<void>
  private own: TlsIdentity | undefined
  private known: (readonly [names: readonly string[], identity: TlsIdentity])[] = []
  private fallback: TlsIdentity | undefined

  constructor(sys: Sys, tell: (problem: string) => Promise<void>) {
    this.sys = sys
    this.tell = tell
  }

  readonly choose: ChooseIdentity = (asked = '') => {
    const name = asked.toLowerCase()
    const found = this.known.find(([names]) => names.some((each) => covers(each, name)))?.[1]
    this.own ??= selfSigned(this.sys)
    return found ?? this.fallback ?? this.own
  }

  async use(files: readonly CertificateFiles[]): Promise<void> {
    const { certifiedNames, readCertificates, readIdentity } = await import('@drydock/tls')
    this.known = []
    this.fallback = undefined
    for (const { certificate, key, isDefault } of files) {
      const [chain, secret] = [await this.text(certificate), await this.text(key)]
      const identity = await readIdentity(chain, secret)
      const [first] = readCertificates(chain)
      if (typeof identity === 'string' || !first)
        await this.tell(
          `Unable to append certificate ${certificate} to store: unable to generate TLS certificate: ${String(identity)}`,
        )
      else if (isDefault) this.fallback = identity
      else this.known.push([certifiedNames(first), identity])
    }
  }

  /** A path, or the text itself. */
  private async text(pathOrText: string): Promise<string> {
    if (pathOrText.includes('-----BEGIN')) return pathOrText
    try {
      return await readTextFile(this.sys, pathOrText)
    } catch (error) {
      if (!isErrno(error)) throw error
      return ''
    }
  }
}

const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.split('.').slice(1).join('.') === pattern.slice(2))
