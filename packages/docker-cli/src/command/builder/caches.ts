import { CliError } from '@drydock/cli-plugin'
import { fieldsOf } from './build-parts.ts'

/** A place of --cache-from or --cache-to. docs.docker.com/build/cache/backends */
export interface CachePlace {
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
}

const KNOWN: ReadonlySet<string> = new Set(['inline', 'registry', 'local', 'gha', 's3', 'azblob'])

/** A service of somebody's in the network. */
export const isRemote = ({ type }: CachePlace): boolean => type === 's3' || type === 'azblob'

/** What a service wants to know, and under which variable. BuildKit cache/remotecache */
const WANTED: Readonly<Record<string, readonly (readonly [attribute: string, variable: string, message: string])[]>> = {
  s3: [
    ['bucket', 'AWS_BUCKET', 'bucket ($AWS_BUCKET) not set for s3 cache'],
    ['region', 'AWS_REGION', 'region ($AWS_REGION) not set for s3 cache'],
  ],
  azblob: [
    [
      'account_url',
      'BUILDKIT_AZURE_STORAGE_ACCOUNT_URL',
      'either ${BUILDKIT_AZURE_STORAGE_ACCOUNT_URL} or account_url attribute is required for azblob cache',
    ],
  ],
}

/** @throws CliError for a service that is not told well enough, in BuildKit's words */
export function requireConfigured({ type, attributes }: CachePlace, env: ReadonlyMap<string, string>): void {
  for (const [attribute, variable, message] of WANTED[type] ?? [])
    if (!attributes[attribute] && !env.get(variable))
      throw new CliError(`ERROR: failed to solve: failed to configure ${type} cache exporter: ${message}`)
}

/** Where a service would be: there is no internet behind this playground. */
export function unreachable({ type, attributes }: CachePlace, env: ReadonlyMap<string, string>): string {
  const { bucket = env.get('AWS_BUCKET') ?? '', region = env.get('AWS_REGION') ?? '' } = attributes
  const account = attributes['account_url'] ?? env.get('BUILDKIT_AZURE_STORAGE_ACCOUNT_URL') ?? ''
  const host = type === 's3' ? `${bucket}.s3.${region}.amazonaws.com` : account.replace(/^https?:\/\/|\/.*$/g, '')
  return `failed to solve: error writing cache to ${type}: dial tcp: lookup ${host}: no such host`
}

/** `user/app:cache` is short for `type=registry,ref=user/app:cache`. @throws CliError */
export function cachePlaces(specs: readonly string[], way: 'from' | 'to'): CachePlace[] {
  return specs.flatMap((spec) => {
    const short = !spec.includes('=')
    if (short) return spec.split(',').map((ref) => ({ type: 'registry', attributes: { ref } }))
    const { type = '', ...attributes } = Object.fromEntries(fieldsOf(spec))
    if (type === '') throw new CliError(`ERROR: type required form> ${JSON.stringify(spec)}`)
    if (!KNOWN.has(type))
      throw new CliError(`ERROR: unknown cache ${way === 'to' ? 'exporter' : 'importer'}: ${JSON.stringify(type)}`)
    // GitHub's is left out where its token is not there, as buildx does. Nothing can be read from the others here.
    return type === 'gha' || (way === 'from' && isRemote({ type, attributes })) ? [] : [{ type, attributes }]
  })
}
