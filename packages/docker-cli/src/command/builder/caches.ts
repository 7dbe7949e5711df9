import { CliError } from '@drydock/cli-plugin'
import { fieldsOf } from './build-parts.ts'

/** A place of --cache-from or --cache-to. docs.docker.com/build/cache/backends */
export interface CachePlace {
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
}

const KNOWN: ReadonlySet<string> = new Set(['inline', 'registry', 'local', 'gha', 's3', 'azblob'])

/** `user/app:cache` is short for `type=registry,ref=user/app:cache`. @throws CliError */
export function cachePlaces(specs: readonly string[], way: 'from' | 'to'): CachePlace[] {
  return specs.flatMap((spec) => {
    const short = !spec.includes('=')
    if (short) return spec.split(',').map((ref) => ({ type: 'registry', attributes: { ref } }))
    const { type = '', ...attributes } = Object.fromEntries(fieldsOf(spec))
    if (type === '') throw new CliError(`ERROR: type required form> ${JSON.stringify(spec)}`)
    if (!KNOWN.has(type))
      throw new CliError(`ERROR: unknown cache ${way === 'to' ? 'exporter' : 'importer'}: ${JSON.stringify(type)}`)
    // Those of other services are left out where their service is not there.
    return type === 'gha' || type === 's3' || type === 'azblob' ? [] : [{ type, attributes }]
  })
}
