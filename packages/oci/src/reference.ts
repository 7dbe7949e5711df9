/** A name of an image as users write it. github.com/distribution/reference is the law for the grammar and the words. */
export interface Reference {
  /** `docker.io`, `localhost:5000`, `ghcr.io`… */
  readonly domain: string
  /** With `library/` for official images. */
  readonly path: string
  readonly tag?: string
  readonly digest?: string
}

/** `message` as docker prints it behind "invalid argument" or alone. */
export class InvalidReference extends Error {}

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const PATH = `${PATH_PART}(?:/${PATH_PART})*`
const TAG = '[\\w][\\w.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const REFERENCE = new RegExp(`^(${DOMAIN})/(${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`)

const FORMAT = 'invalid reference format'
const DEFAULT_DOMAIN = 'docker.io'
const OFFICIAL = 'library/'

/** The first part is a domain when it looks like one: a dot, a port, `localhost` or capitals. */
function splitDomain(text: string): [string, string] {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first
  if (slash < 0 || !isDomain) return [DEFAULT_DOMAIN, text]
  return [first === 'index.docker.io' ? DEFAULT_DOMAIN : first, text.slice(slash + 1)]
}

/** Reads and completes a name: `nginx` is `docker.io/library/nginx`. The tag stays unset when it is. @throws InvalidReference */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text))
    throw new InvalidReference(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  const [domain, rest] = splitDomain(text)
  const remainder = domain === DEFAULT_DOMAIN && !rest.includes('/') ? `${OFFICIAL}${rest}` : rest
  const [remote = ''] = remainder.split(':')
  if (remote.toLowerCase() !== remote)
    throw new InvalidReference(`${FORMAT}: repository name (${remote}) must be lowercase`)
  const match = REFERENCE.exec(`${domain}/${remainder}`)
  if (!match) throw new InvalidReference(FORMAT)
  const [, , path = '', tag, digest] = match
  if (path.length > 255) throw new InvalidReference('repository name must not be more than 255 characters')
  if (digest !== undefined) checkDigest(digest)
  return { domain, path, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}

const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

function checkDigest(digest: string): void {
  const [algorithm = '', hex = ''] = digest.split(':')
  const length = DIGEST_LENGTHS.get(algorithm)
  if (length === undefined) throw new InvalidReference('unsupported digest algorithm')
  if (hex.length !== length) throw new InvalidReference('invalid checksum digest length')
  if (hex.toLowerCase() !== hex) throw new InvalidReference('invalid checksum digest format')
}

/** Like parseReference, but undefined for what is no reference. */
export function tryParseReference(text: string): Reference | undefined {
  try {
    return parseReference(text)
  } catch (error) {
    if (error instanceof InvalidReference) return undefined
    throw error
  }
}

/** With `latest` when it names neither tag nor digest. */
export const withDefaultTag = (reference: Reference): Reference =>
  reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference

/** `docker.io/library/nginx`. */
export const canonicalName = ({ domain, path }: Reference): string => `${domain}/${path}`

/** The name as users see it: `nginx`, `me/app`, `ghcr.io/a/b`. */
export function familiarName({ domain, path }: Reference): string {
  if (domain !== DEFAULT_DOMAIN) return `${domain}/${path}`
  const rest = path.slice(OFFICIAL.length)
  return path.startsWith(OFFICIAL) && !rest.includes('/') ? rest : path
}

const suffix = ({ tag, digest }: Reference): string =>
  `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`

/** `nginx:latest`, `nginx@sha256:…`. */
export const familiarString = (reference: Reference): string => `${familiarName(reference)}${suffix(reference)}`
/** `docker.io/library/nginx:latest`. */
export const canonicalString = (reference: Reference): string => `${canonicalName(reference)}${suffix(reference)}`

/** Where the registry of a domain is dialled: Docker Hub has a host of its own for that. */
export const registryHost = (domain: string): string => (domain === DEFAULT_DOMAIN ? 'registry-1.docker.io' : domain)
/** The key of a domain in `auths` of config.json. */
export const authKey = (domain: string): string => (domain === DEFAULT_DOMAIN ? 'https://index.docker.io/v1/' : domain)
