import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import {
  type Certificate,
  type CertificateFields,
  der,
  type Extension,
  generateEc,
  makeCertificate,
  oidOf,
  pem,
  parsePem,
  privatePem,
  readCertificate,
  readPrivateKey,
  type PrivateKey,
  sequence,
  toBigInt,
  truth,
} from '@drydock/crypto'
import { makeDirectories, readTextIfAny, writeAll } from '@drydock/libc'
import type { TlsIdentity } from '@drydock/tls'

const DAY_MS = 86_400_000
const ROOT_DAYS = 3600
const LEAF_HOURS = 12

/** The authority of one's own that Caddy makes for local names; its root lies where one copies it from. */
export class LocalAuthority {
  private readonly sys: Sys
  private readonly root: Certificate
  private readonly key: PrivateKey
  private leafKey: PrivateKey | undefined

  private constructor(sys: Sys, root: Certificate, key: PrivateKey) {
    this.sys = sys
    this.root = root
    this.key = key
  }

  /** The one that is kept in a folder, or a new one. @param data as XDG_DATA_HOME has it */
  static async open(sys: Sys, data: string): Promise<LocalAuthority> {
    const folder = `${data}/caddy/pki/authorities/local`
    const [text, keyText] = [
      await readTextIfAny(sys, `${folder}/root.crt`),
      await readTextIfAny(sys, `${folder}/root.key`),
    ]
    const kept = readCertificate(parsePem(text)[0]?.bytes ?? new Uint8Array([0x30, 0]))
    const keptKey = await readPrivateKey(keyText, async () => undefined)
    if (kept && keptKey && keptKey !== 'wrong passphrase') return new LocalAuthority(sys, kept, keptKey)
    const key = newKey(sys)
    const year = new Date(sys.clock.now()).getUTCFullYear()
    const subject = nameOf(`Caddy Local Authority - ${year} ECC Root`)
    const bytes = makeCertificate(
      { ...fieldsOf(sys, key, ROOT_DAYS * DAY_MS), issuer: subject, subject, extensions: [AUTHORITY] },
      key,
      'sha256',
    )
    await keep(sys, folder, 'root.crt', pem('CERTIFICATE', bytes), 0o600)
    await keep(sys, folder, 'root.key', privatePem(key), 0o600)
    const root = readCertificate(bytes)
    if (!root) throw new Error('a certificate that was just made cannot be read')
    return new LocalAuthority(sys, root, key)
  }

  /** A certificate for one name, good for half a day as Caddy's are. */
  identityFor(name: string): TlsIdentity {
    this.leafKey ??= newKey(this.sys)
    const fields = {
      ...fieldsOf(this.sys, this.leafKey, (LEAF_HOURS / 24) * DAY_MS),
      issuer: this.root.subject,
      subject: [],
      extensions: [namesOf(name)],
    }
    return { chain: [makeCertificate(fields, this.key, 'sha256'), this.root.bytes], key: this.leafKey }
  }
}

const newKey = (sys: Sys): PrivateKey => generateEc('P-256', (length) => sys.entropy.bytes(length))

const nameOf = (common: string): CertificateFields['subject'] => [[oidOf('CN') ?? '', common]]

const fieldsOf = (sys: Sys, key: PrivateKey, lifeMs: number) => ({
  serial: toBigInt(sys.entropy.bytes(16)) | 1n,
  notBeforeMs: sys.clock.now() - 60_000,
  notAfterMs: sys.clock.now() + lifeMs,
  key,
})

const AUTHORITY: Extension = { oid: oidOf('basicConstraints') ?? '', critical: true, value: sequence(truth()) }

/** A DNS name or an IPv4 address. RFC 5280 section 4.2.1.6 */
function namesOf(name: string): Extension {
  const isAddress = /^\d+(\.\d+){3}$/.test(name)
  const value = isAddress
    ? der(0x87, Uint8Array.from(name.split('.').map(Number)))
    : der(0x82, new TextEncoder().encode(name))
  return { oid: oidOf('subjectAltName') ?? '', critical: true, value: sequence(value) }
}

async function keep(sys: Sys, folder: string, name: string, text: string, mode: number): Promise<void> {
  try {
    makeDirectories(sys, folder, 0o700)
    const fd = sys.open(`${folder}/${name}`, O_WRONLY | O_CREAT | O_TRUNC, mode)
    await writeAll(sys, fd, new TextEncoder().encode(text))
    sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
