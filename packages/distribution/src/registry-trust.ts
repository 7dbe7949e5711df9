import { isErrno, type Sys } from '@drydock/abi'
import { readTextIfAny, SYSTEM_AUTHORITIES, ResolveError, resolveHost } from '@drydock/libc'
import { Problem } from './problem.ts'
import type { ClientPair, Trust } from './secured.ts'

/** Names and ranges (CIDR) that may be spoken to without certificates. */
export interface RegistryTrustWish {
  readonly insecureRegistries: readonly string[]
}

const LOOPBACK = '127.0.0.0/8'
const CERTS = '/etc/docker/certs.d'

/**
 * How far a registry is trusted: whoever is on the loopback, or named in insecure-registries, may be spoken to without
 * certificates. dockerd(8), "Insecure registries"; docs.docker.com/engine/security/certificates.
 * @throws Problem invalid when half of a client's pair is missing
 */
export async function registryTrust(
  sys: Sys,
  { insecureRegistries }: RegistryTrustWish,
  domain: string,
): Promise<Trust> {
  const ranges = [LOOPBACK, ...insecureRegistries.filter((each) => each.includes('/'))]
  const insecure =
    insecureRegistries.some((each) => each.replace(/^https?:\/\//, '') === domain) ||
    (await addressesOf(sys, domain)).some((address) => ranges.some((range) => isIn(address, range)))
  const folder = `${CERTS}/${domain}`
  const names = listed(sys, folder)
  if (!insecure) checkPairs(names)
  return { insecure, authorities: await authorities(sys, folder), identities: await pairs(sys, folder, names) }
}

/** IPv4 only. @param range `127.0.0.0/8` */
function isIn(address: string, range: string): boolean {
  const [base = '', bits = ''] = range.split('/')
  const [a, b] = [bitsOf(address), bitsOf(base)]
  return a !== undefined && b !== undefined && a.slice(0, Number(bits)) === b.slice(0, Number(bits))
}

function bitsOf(address: string): string | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part))) return undefined
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('')
}

async function addressesOf(sys: Sys, domain: string): Promise<readonly string[]> {
  try {
    return await resolveHost(sys, domain.replace(/:\d+$/, ''))
  } catch (error) {
    if (error instanceof ResolveError) return []
    throw error
  }
}

async function authorities(sys: Sys, folder: string): Promise<readonly string[]> {
  const own = listed(sys, folder)
    .filter((name) => name.endsWith('.crt'))
    .map((name) => `${folder}/${name}`)
  const texts = await Promise.all([...own, ...SYSTEM_AUTHORITIES].map((path) => readTextIfAny(sys, path)))
  return texts.filter((text) => text !== '')
}

/** NAME.cert and NAME.key: whom a registry that asks is told. */
async function pairs(sys: Sys, folder: string, names: readonly string[]): Promise<readonly ClientPair[]> {
  const stems = names.filter((name) => name.endsWith('.cert')).map((name) => name.slice(0, -'.cert'.length))
  return Promise.all(
    stems
      .filter((stem) => names.includes(`${stem}.key`))
      .map(async (stem) => ({
        certificate: await readTextIfAny(sys, `${folder}/${stem}.cert`),
        key: await readTextIfAny(sys, `${folder}/${stem}.key`),
      })),
  )
}

/** ReadCertsDirectory of moby's registry package. */
function checkPairs(names: readonly string[]): void {
  for (const name of names) {
    const [, stem, kind] = /^(.*)\.(cert|key)$/.exec(name) ?? []
    const other = `${stem}.${kind === 'cert' ? 'key' : 'cert'}`
    if (stem === undefined || names.includes(other)) continue
    throw new Problem(
      'invalid',
      kind === 'cert'
        ? `missing key ${other} for client certificate ${name}. CA certificates must use the extension .crt`
        : `missing client certificate ${other} for key ${name}`,
    )
  }
}

function listed(sys: Sys, folder: string): readonly string[] {
  try {
    return sys.readdir(folder).map(({ name }) => name)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
