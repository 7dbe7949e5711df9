import { CliError } from './cli-error.ts'

/** An image's name in parts. github.com/distribution/reference. */
export interface Reference {
  /** `docker.io` for the Hub. */
  readonly domain: string
  /** `library/busybox`. */
  readonly path: string
  readonly tag?: string
  readonly digest?: string
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[a-z][a-z0-9]*(?:[+.-_][a-z][a-z0-9]*)*:[0-9a-f]{32,}$/

const isDomain = (first: string): boolean =>
  first.includes('.') || first.includes(':') || first === 'localhost' || first.toLowerCase() !== first

/** @throws CliError `invalid reference format…` */
export function parseReference(text: string): Reference {
  if (/^[0-9a-f]{64}$/.test(text))
    throw new CliError(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  const [named = '', digest] = text.split('@') as [string, string?]
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const name = hasTag ? named.slice(0, colon) : named
  const tag = hasTag ? named.slice(colon + 1) : undefined
  const slash = name.indexOf('/')
  const first = name.slice(0, slash)
  const onHub = slash < 0 || !isDomain(first)
  const domain = onHub || first === 'index.docker.io' ? 'docker.io' : first
  const rest = onHub ? name : name.slice(slash + 1)
  const path = domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest
  if (path.toLowerCase() !== path)
    throw new CliError(`invalid reference format: repository name (${path}) must be lowercase`)
  const wellFormed =
    PATH.test(path) &&
    DOMAIN.test(domain) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest))
  if (!wellFormed || text.split('@').length > 2) throw new CliError('invalid reference format')
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** `busybox`, `user/app`, `localhost:5000/app`. */
export const familiarName = ({ domain, path }: Reference): string =>
  domain === 'docker.io' ? path.replace(/^library\//, '') : `${domain}/${path}`

const suffix = (reference: Reference): string =>
  (reference.tag === undefined ? '' : `:${reference.tag}`) +
  (reference.digest === undefined ? '' : `@${reference.digest}`)

/** With `latest` where neither tag nor digest is given. */
export const tagged = (reference: Reference): Reference =>
  reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference

export const familiar = (reference: Reference): string => familiarName(reference) + suffix(reference)
/** `docker.io/library/busybox:latest`. */
export const canonical = (reference: Reference): string => `${reference.domain}/${reference.path}${suffix(reference)}`

/** The key of its registry in config.json. */
export const registryKey = (reference: Reference): string =>
  reference.domain === 'docker.io' ? 'https://index.docker.io/v1/' : reference.domain
