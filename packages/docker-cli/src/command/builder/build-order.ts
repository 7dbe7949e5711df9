import { type Cli, CliError } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import { cloneContext, gitPlace } from '../git-context.ts'
import { attestsOf, sentAttests } from './attests.ts'
import type { BuildFlags } from './build.ts'
import { isFolder, NOTHING_SENT } from './build-parts.ts'
import { cachePlaces, type CachePlace, isRemote, requireConfigured, unreachable } from './caches.ts'
import { isEngine, requireFeature } from './driver.ts'
import type { Instance } from './instances.ts'
import { type Output, outputsOf } from './outputs.ts'

/** The engine keeps the result, without a name. */
export const KEPT: Output = { type: 'kept', attributes: {}, destination: '' }

/** What is asked of the builder, after all rules of its driver. */
export interface Order {
  readonly platforms: readonly string[]
  readonly outputs: readonly Output[]
  readonly apart: boolean
  readonly attests: Readonly<Record<string, string>>
  readonly cacheTo: readonly CachePlace[]
  /** What becomes of caches that cannot be written. */
  readonly lost: readonly string[]
  readonly cacheFrom: readonly CachePlace[]
  readonly contexts: Readonly<Record<string, string>>
  /** Nobody gets the result. */
  readonly silent: boolean
}

/** @throws CliError for what the driver cannot do */
export function orderOf(cli: Cli, given: BuildFlags, instance: Instance): Order {
  const platforms = given.platform.flatMap((each) => each.split(',')).filter((each) => each !== '')
  const asked = attestsOf(given)
  const cacheTo = cachePlaces(given['cache-to'], 'to')
  if (cacheTo.some(({ type }) => type !== 'inline')) requireFeature(instance, 'Cache export', 'build-cache-backends')
  for (const each of cacheTo) requireConfigured(each, cli.env)
  for (const { type, attributes } of cacheTo)
    if (type === 'local' && !attributes['dest']) throw new CliError('ERROR: dest is required for local cache exporter')
  const attested = [...asked.values()].some((parameters) => parameters !== false)
  if (attested) requireFeature(instance, 'Attestation', 'attestations')
  const outputs = outputsOf(cli, { ...given, platforms, attested }, instance)
  if (platforms.length > 1) requireFeature(instance, 'Multi-platform build', 'build-multi-platform')
  const apart = !isEngine(instance)
  const inline = given['build-arg'].some((arg) => /^BUILDKIT_INLINE_CACHE=(1|t|true)$/i.test(arg))
  return {
    platforms,
    outputs: outputs.length === 0 && apart ? [{ type: 'cacheonly', attributes: {}, destination: '' }] : outputs,
    apart,
    attests: sentAttests(asked, apart, cli.env.get('BUILDX_NO_DEFAULT_ATTESTATIONS') === '1'),
    lost: cacheTo.filter(isRemote).map((each) => unreachable(each, cli.env)),
    cacheTo: [...cacheTo.filter((each) => !isRemote(each)), ...(inline ? [{ type: 'inline', attributes: {} }] : [])],
    cacheFrom: cachePlaces(given['cache-from'], 'from'),
    contexts: Object.fromEntries(
      given['build-context']
        .map(nameAndPlace)
        .filter(([, at]) => /^(docker-image|oci-layout|https?):/.test(at) && !gitPlace(at)),
    ),
    silent: apart && outputs.length === 0,
  }
}

export const noOutput = ({ driver }: Instance): string =>
  `WARNING: No output specified with ${driver} driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load\n`

/** Folders that go along: those of --build-context that are on this side. */
export async function namedContexts(cli: Cli, specs: readonly string[]): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  for (const [name, place] of specs.map(nameAndPlace)) {
    const git = gitPlace(place)
    if (git) found.push([name, await cloneContext(cli, git)])
    else if (place.startsWith('oci-layout://'))
      found.push([name, place.slice('oci-layout://'.length).replace(/@sha256:.*$|:[\w.-]+$/, '')])
    else if (/^(docker-image|https?):/.test(place)) found.push([name, NOTHING_SENT])
    else found.push([name, place])
  }
  return found
}

/** Local caches to read, as folders that go along. */
export async function cacheFolders(cli: Cli, { cacheFrom }: Order): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  for (const [nth, { type, attributes }] of cacheFrom.entries()) {
    if (type !== 'local') continue
    const { src = '' } = attributes
    if (src === '') throw new CliError('ERROR: src is required for local cache importer')
    if (isFolder(cli, absolute(src, cli.sys.getcwd()))) found.push([`cache-from:${nth}`, src])
    else {
      await cli.warn(
        `WARNING: local cache import at ${src} not found due to err: could not read ${src}/index.json: open ${src}/index.json: no such file or directory\n`,
      )
      found.push([`cache-from:${nth}`, NOTHING_SENT])
    }
  }
  return found
}

function nameAndPlace(spec: string): [string, string] {
  const at = spec.indexOf('=')
  if (at < 0) throw new CliError(`ERROR: invalid context value: ${spec}, expected key=value`)
  return [spec.slice(0, at).toLowerCase(), spec.slice(at + 1)]
}
