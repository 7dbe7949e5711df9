import type { AuthConfig } from '@drydock/docker-api'
import { fromBase64, decodeUtf8 } from '@drydock/codec'
import { parsePlatform, type Platform, platformArgs } from '@drydock/dockerfile'
import { syntaxError } from '../go-json/syntax-error.ts'
import { invalid } from '../problem.ts'

/** One `--output`. */
export interface BuildOutput {
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
}

/** The query of POST /build. Engine API v1.50. */
export interface BuildOptions {
  readonly tags: readonly string[]
  readonly dockerfile: string
  readonly remote: string
  readonly quiet: boolean
  readonly noCache: boolean
  /** Stages whose cache is not looked at. */
  readonly noCacheFilter: readonly string[]
  readonly pull: boolean
  /** Intermediate containers go away after success, or always. */
  readonly remove: boolean
  readonly forceRemove: boolean
  readonly buildArgs: ReadonlyMap<string, string>
  readonly labels: Readonly<Record<string, string>>
  readonly network: string
  readonly target: string
  readonly platforms: readonly string[]
  readonly extraHosts: readonly string[]
  readonly memory: number
  readonly shmSize: number
  readonly squash: boolean
  readonly outputs: readonly BuildOutput[]
  /** The builder has no images of its own: what it makes is sent away, or stays in its cache. */
  readonly apart: boolean
  /** Named contexts that the client did not send: `docker-image://…`, `oci-layout://…`, `https://…`. */
  readonly contexts: ReadonlyMap<string, string>
  /** `provenance` and `sbom`, with their parameters. */
  readonly attests: ReadonlyMap<string, string>
  readonly annotations: readonly string[]
  readonly cacheTo: readonly BuildOutput[]
  readonly cacheFrom: readonly BuildOutput[]
  readonly auths: Readonly<Record<string, AuthConfig>>
  /** `build`, or `check`, `outline`, `targets`: what `--call` asks for. */
  readonly call: string
  /** The archive's top folders are `context`, `contexts/<name>` and `secrets/<id>`. */
  readonly inParts: boolean
}

const truth = (text: string | null): boolean =>
  !['', '0', 'no', 'false', 'none'].includes((text ?? '').trim().toLowerCase())

function record<T>(query: URLSearchParams, name: string): Record<string, T> {
  const text = query.get(name)
  if (!text) return {}
  try {
    return (JSON.parse(text) as Record<string, T> | null) ?? {}
  } catch {
    throw invalid(`error reading ${name}: invalid character`)
  }
}

/** @throws Problem invalid */
export function readBuildOptions(query: URLSearchParams, registryConfig: string | undefined): BuildOptions {
  const args = record<string | null>(query, 'buildargs')
  const given = Object.entries(args).filter((pair): pair is [string, string] => pair[1] !== null)
  return {
    tags: query.getAll('t').filter((tag) => tag !== ''),
    dockerfile: query.get('dockerfile') || 'Dockerfile',
    remote: query.get('remote') ?? '',
    quiet: truth(query.get('q')),
    noCache: truth(query.get('nocache')),
    noCacheFilter: (query.get('nocachefilter') ?? '').split(',').filter(Boolean),
    pull: truth(query.get('pull')),
    remove: query.has('rm') ? truth(query.get('rm')) : true,
    forceRemove: truth(query.get('forcerm')),
    buildArgs: new Map(given),
    labels: record(query, 'labels'),
    network: query.get('networkmode') || 'default',
    target: query.get('target') ?? '',
    platforms: (query.get('platform') ?? '').split(',').filter(Boolean),
    extraHosts: query.getAll('extrahosts').flatMap(hostsOf),
    memory: Number(query.get('memory') ?? 0),
    shmSize: Number(query.get('shmsize') ?? 0),
    squash: truth(query.get('squash')),
    outputs: readOutputs(query, 'outputs'),
    apart: truth(query.get('apart')),
    contexts: new Map(Object.entries(record<string>(query, 'contexts'))),
    attests: new Map(Object.entries(record<string>(query, 'attests'))),
    annotations: query.getAll('annotation'),
    cacheTo: readOutputs(query, 'cacheto'),
    cacheFrom: [...readOutputs(query, 'cachefrom'), ...classicCacheFrom(query)],
    auths: readAuths(registryConfig),
    call: query.get('call') || 'build',
    inParts: truth(query.get('inparts')),
  }
}

/** The CLI sends a JSON list, others one entry a parameter. */
function hostsOf(text: string): string[] {
  return text.startsWith('[') ? listOf<string>(text, 'extrahosts') : text.split(',')
}

/** @throws Problem invalid for what is no list */
function listOf<T>(text: string, name: string): T[] {
  const problem = syntaxError(text)
  if (problem !== undefined) throw invalid(`error reading ${name}: ${problem}`)
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw invalid(`error reading ${name}: not a list`)
  return value as T[]
}

/** Outputs, and places of caches: a type and its attributes. */
function readOutputs(query: URLSearchParams, name: string): BuildOutput[] {
  const text = query.get(name)
  if (!text || text.startsWith('["')) return []
  const outputs = listOf<{ Type?: string; Attrs?: Record<string, string> | null }>(text, name)
  return outputs.map((output) => ({ type: output?.Type ?? '', attributes: output?.Attrs ?? {} }))
}

/** The API's own form is a list of images. */
function classicCacheFrom(query: URLSearchParams): BuildOutput[] {
  const text = query.get('cachefrom')
  if (!text || !text.startsWith('["')) return []
  return listOf<string>(text, 'cachefrom').map((ref) => ({ type: 'registry', attributes: { ref } }))
}

function readAuths(header: string | undefined): Record<string, AuthConfig> {
  if (!header) return {}
  try {
    const standard = header.replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(decodeUtf8(fromBase64(standard))) as Record<string, AuthConfig>
  } catch {
    return {}
  }
}

/** Where builds run. */
const BUILD_PLATFORM = parsePlatform('linux/amd64')

/** What builds are for, unless they say otherwise. */
export const targetPlatform = ({ platforms: [first] }: BuildOptions): Platform =>
  first === undefined ? BUILD_PLATFORM : parsePlatform(first)

/** TARGETPLATFORM and its like. @param target the stage's name */
export const argsOf = (options: BuildOptions, platform: Platform, target: string): Map<string, string> =>
  platformArgs({ buildArgs: options.buildArgs, buildPlatform: BUILD_PLATFORM, targetPlatform: platform, target })
