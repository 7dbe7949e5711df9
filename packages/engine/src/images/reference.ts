import { invalid } from '../problem.ts'

/** A name of an image taken apart. `docker.io/library/nginx:1.27@sha256:…` */
export interface Reference {
  /** Registry host with its port: `docker.io`. */
  readonly domain: string
  /** `library/nginx`. */
  readonly path: string
  readonly tag?: string
  readonly digest?: string
}

const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

const wrong = (): Error => invalid('invalid reference format')

/** Reads a name as users type it; a missing tag stays missing. distribution/reference, normalize.go @throws Problem invalid */
export function parseReference(text: string): Reference {
  const [name = '', digest, more] = text.split('@')
  if (more !== undefined || (digest !== undefined && !DIGEST.test(digest))) throw wrong()
  const colon = name.lastIndexOf(':')
  const tagged = colon > name.lastIndexOf('/')
  const tag = tagged ? name.slice(colon + 1) : undefined
  if (tag !== undefined && !TAG.test(tag)) throw wrong()
  return {
    ...splitDomain(tagged ? name.slice(0, colon) : name),
    ...(tag ? { tag } : {}),
    ...(digest ? { digest } : {}),
  }
}

function splitDomain(name: string): { domain: string; path: string } {
  const [first = '', ...rest] = name.split('/')
  const hasDomain = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const domain = hasDomain && first !== 'index.docker.io' ? first : 'docker.io'
  const plain = hasDomain ? rest.join('/') : name
  const path = domain === 'docker.io' && !plain.includes('/') ? `library/${plain}` : plain
  if (path !== path.toLowerCase())
    throw invalid(`invalid reference format: repository name (${path}) must be lowercase`)
  if (!DOMAIN.test(domain) || !PATH.test(path)) throw wrong()
  return { domain, path }
}

/** Without what every user leaves out: `nginx`, `user/app`, `localhost:5000/app`. */
export function familiarName({ domain, path }: Reference): string {
  if (domain !== 'docker.io') return `${domain}/${path}`
  return path.replace(/^library\//, '')
}

export const familiarString = (reference: Reference): string =>
  familiarName(reference) +
  (reference.tag ? `:${reference.tag}` : '') +
  (reference.digest ? `@${reference.digest}` : '')

export const withDefaultTag = (reference: Reference): Reference =>
  reference.tag || reference.digest ? reference : { ...reference, tag: 'latest' }
