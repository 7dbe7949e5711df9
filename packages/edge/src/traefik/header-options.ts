import type { ServerResponse } from '@drydock/http'
import { list } from './dynamic-config.ts'
import type { Passing } from './middlewares.ts'

type Options = ReadonlyMap<string, string>

export const under = (options: Options, section: string): [string, string][] =>
  [...options]
    .filter(([key]) => key.startsWith(`${section}.`))
    .map(([key, value]) => [key.slice(section.length + 1), value])

/** Options of `headers` that are a field of the answer. Traefik, "Headers". */
const FIELDS: Readonly<Record<string, (value: string, options: Options) => readonly [string, string] | undefined>> = {
  framedeny: (value) => (value === 'true' ? ['X-Frame-Options', 'DENY'] : undefined),
  customframeoptionsvalue: (value) => ['X-Frame-Options', value],
  contenttypenosniff: (value) => (value === 'true' ? ['X-Content-Type-Options', 'nosniff'] : undefined),
  browserxssfilter: (value) => (value === 'true' ? ['X-XSS-Protection', '1; mode=block'] : undefined),
  custombrowserxssvalue: (value) => ['X-XSS-Protection', value],
  contentsecuritypolicy: (value) => ['Content-Security-Policy', value],
  contentsecuritypolicyreportonly: (value) => ['Content-Security-Policy-Report-Only', value],
  referrerpolicy: (value) => ['Referrer-Policy', value],
  permissionspolicy: (value) => ['Permissions-Policy', value],
  featurepolicy: (value) => ['Feature-Policy', value],
}

/** Strict-Transport-Security goes over TLS only, unless it is forced. */
function strictTransport(options: Options, secure: boolean): [string, string][] {
  const seconds = Number(options.get('stsseconds') ?? 0)
  if (seconds === 0 || (!secure && options.get('forcestsheader') !== 'true')) return []
  const words = [
    `max-age=${seconds}`,
    ...(options.get('stsincludesubdomains') === 'true' ? ['includeSubDomains'] : []),
    ...(options.get('stspreload') === 'true' ? ['preload'] : []),
  ]
  return [['Strict-Transport-Security', words.join('; ')]]
}

function crossOrigin({ request }: Passing, options: Options): [string, string][] {
  const origins = list(options.get('accesscontrolalloworiginlist'))
  const patterns = list(options.get('accesscontrolalloworiginlistregex'))
  const origin = request.headers.get('origin')
  if (origin === undefined || (origins.length === 0 && patterns.length === 0)) return []
  const allowed = origins.includes('*')
    ? '*'
    : origins.includes(origin) || patterns.some((each) => new RegExp(each).test(origin))
      ? origin
      : undefined
  if (allowed === undefined) return []
  const exposed = list(options.get('accesscontrolexposeheaders'))
  return [
    ['Access-Control-Allow-Origin', allowed],
    ...(options.get('accesscontrolallowcredentials') === 'true'
      ? [['Access-Control-Allow-Credentials', 'true'] as [string, string]]
      : []),
    ...(exposed.length > 0 ? [['Access-Control-Expose-Headers', exposed.join(',')] as [string, string]] : []),
    ...(options.get('addvaryheader') === 'true' ? [['Vary', 'Origin'] as [string, string]] : []),
  ]
}

/** A preflight is answered here, if anything is said of other origins. */
function preflight(passing: Passing, options: Options): ServerResponse | undefined {
  const { headers, method } = passing.request
  if (method !== 'OPTIONS' || !headers.has('access-control-request-method') || !headers.has('origin')) return undefined
  if (![...options.keys()].some((key) => key.startsWith('accesscontrol'))) return undefined
  const fields: [string, string][] = crossOrigin(passing, options).filter(([name]) => !name.includes('Expose'))
  const methods = list(options.get('accesscontrolallowmethods'))
  const allowed = list(options.get('accesscontrolallowheaders'))
  if (allowed.length > 0) fields.push(['Access-Control-Allow-Headers', allowed.join(',')])
  if (methods.length > 0) fields.push(['Access-Control-Allow-Methods', methods.join(',')])
  fields.push(['Access-Control-Max-Age', options.get('accesscontrolmaxage') ?? '0'])
  return { status: 200, headers: [...fields, ['Content-Length', '0']] }
}

/** The `headers` middleware. */
export function changeHeaders(passing: Passing, options: Options): ServerResponse | undefined {
  const early = preflight(passing, options)
  if (early) return early
  for (const [name, value] of under(options, 'customrequestheaders')) passing.headers.set(name, value)
  for (const [key, make] of Object.entries(FIELDS)) {
    const value = options.get(key)
    const field = value === undefined ? undefined : make(value, options)
    if (field) passing.answerHeaders.set(...field)
  }
  for (const [name, value] of [...strictTransport(options, passing.secure), ...crossOrigin(passing, options)])
    passing.answerHeaders.set(name, value)
  for (const [name, value] of under(options, 'customresponseheaders')) passing.answerHeaders.set(name, value)
  return undefined
}
