import { type RegistryAnswer, RegistryClient, registryError, type RegistrySource } from '@drydock/distribution'
import type { Sys } from '@drydock/abi'
import { sha256Hex } from '@drydock/codec'
import type { AuthConfig } from '@drydock/docker-api'
import {
  type Descriptor,
  isIndex,
  type Manifest,
  parseManifest,
  parsePlatform,
  platformString,
  selectPlatform,
  shownSize,
} from '@drydock/oci'
import { chainIdOf } from '../content/layer-store.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { shortId } from '../identifiers.ts'
import { invalid, notFound, Problem, systemProblem } from '../problem.ts'
import type { ImageDocument } from './image-config.ts'
import { familiarName, familiarString, type Reference } from './reference.ts'
import type { ProgressStream } from './progress.ts'

/** What a pull will fetch: found out before the first line goes to the client, so that failures have a status. */
export interface PullPlan {
  readonly reference: Reference
  readonly client: RegistryClient
  readonly manifest: Manifest
  /** Of what the tag names: the index, where there is one. */
  readonly digest: string
  readonly config: string
}

const decoder = new TextDecoder()
const MAX_PARALLEL = 3
const STEPS = 5

/** @throws Problem not found, system, invalid */
export async function planPull(
  source: RegistrySource,
  reference: Reference,
  auth: AuthConfig | undefined,
  platform: string,
): Promise<PullPlan> {
  if (familiarName(reference) === 'scratch') throw invalid("'scratch' is a reserved name")
  const { client, answer } = await firstOf(source, reference, auth)
  if (answer.status !== 200) throw refusal(reference, answer)
  const text = decoder.decode(answer.bytes)
  const digest = `sha256:${sha256Hex(answer.bytes)}`
  const document = parseManifest(text, answer.headers.get('content-type'))
  const manifest = isIndex(document) ? await choose(client, reference, document, platform) : document
  const config = await client.getBlob(reference.path, manifest.config.digest)
  if (config.status !== 200) throw systemProblem(registryError(config))
  return { reference, client, manifest, digest, config: decoder.decode(config.bytes) }
}

/** Mirrors of the Hub come first; one that fails, or does not have it, is passed over. dockerd(8), --registry-mirror */
async function firstOf(
  source: RegistrySource,
  reference: Reference,
  auth: AuthConfig | undefined,
): Promise<{ client: RegistryClient; answer: RegistryAnswer }> {
  const mirrors = reference.domain === 'docker.io' ? (source.config.registryMirrors ?? []) : []
  for (const mirror of mirrors) {
    const client = new RegistryClient(source, 'docker.io', undefined, mirror.replace(/\/$/, ''))
    try {
      const answer = await client.getManifest(reference.path, reference.digest ?? reference.tag ?? 'latest')
      if (answer.status === 200) return { client, answer }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }
  const client = new RegistryClient(source, reference.domain, auth)
  return { client, answer: await firstAnswer(client, reference) }
}

/** Whoever has to log in first is told so with the place. @throws Problem system */
async function firstAnswer(
  client: RegistryClient,
  { path, digest, tag = 'latest' }: Reference,
): Promise<RegistryAnswer> {
  try {
    return await client.getManifest(path, digest ?? tag)
  } catch (error) {
    if (!(error instanceof Problem) || error.message !== 'no basic auth credentials') throw error
    throw systemProblem(`Head "${await client.url()}/v2/${path}/manifests/${digest ?? tag}": ${error.message}`)
  }
}

async function choose(
  client: RegistryClient,
  reference: Reference,
  index: Parameters<typeof selectPlatform>[0],
  wish: string,
): Promise<Manifest> {
  const platform = parsePlatform(wish || 'linux/amd64')
  if (!platform) throw invalid(`"${wish}": unknown operating system or architecture: invalid argument`)
  const found = selectPlatform(index, platform)
  if (!found) throw notFound(`no matching manifest for ${platformString(platform)} in the manifest list entries`)
  const answer = await client.getManifest(reference.path, found.digest)
  if (answer.status !== 200) throw refusal(reference, answer)
  const document = parseManifest(decoder.decode(answer.bytes))
  if (isIndex(document)) throw systemProblem('manifest invalid')
  return document
}

function refusal(reference: Reference, answer: RegistryAnswer): Error {
  const name = familiarName(reference)
  if (answer.status === 401 || answer.status === 403)
    return notFound(
      `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
    )
  if (answer.status === 404)
    return notFound(`manifest for ${familiarString(reference)} not found: ${registryError(answer)}`)
  return systemProblem(registryError(answer))
}

/** The tags of a repository, for a pull that names none. @throws Problem not found, system */
export async function listTags(
  source: RegistrySource,
  reference: Reference,
  auth: AuthConfig | undefined,
): Promise<string[]> {
  const answer = await new RegistryClient(source, reference.domain, auth).listTags(reference.path)
  if (answer.status !== 200) throw refusal(reference, answer)
  return (JSON.parse(decoder.decode(answer.bytes)) as { tags: string[] | null }).tags ?? []
}

/** Fetches the layers, tells how it goes, and names the image. */
export async function runPull(parts: DaemonParts, plan: PullPlan, progress: ProgressStream): Promise<void> {
  await tellOutcome(progress, plan.reference, await pullOne(parts, plan, progress))
}

/** One tag after another. @param asked the repository */
export async function runPulls(
  parts: DaemonParts,
  asked: Reference,
  plans: readonly (() => Promise<PullPlan>)[],
  progress: ProgressStream,
): Promise<void> {
  let known = true
  for (const plan of plans) known = (await pullOne(parts, await plan(), progress)) && known
  await tellOutcome(progress, asked, known)
}

function tellOutcome(progress: ProgressStream, reference: Reference, known: boolean): Promise<void> {
  const outcome = known ? 'Image is up to date' : 'Downloaded newer image'
  return progress.status(`Status: ${outcome} for ${familiarString(reference)}`)
}

/** @returns whether the image was there already */
async function pullOne(parts: DaemonParts, plan: PullPlan, progress: ProgressStream): Promise<boolean> {
  const { images, events } = parts
  const { reference, digest } = plan
  await progress.status(`Pulling from ${reference.path}`, reference.tag ?? reference.digest ?? 'latest')
  await fetchLayers(parts, plan, progress)
  const image = images.add(plan.config)
  const name = reference.digest ? `${familiarName(reference)}@${reference.digest}` : familiarString(reference)
  const known = images.idOf(name) === image.id
  images.setName(name, image.id)
  images.setName(`${familiarName(reference)}@${digest}`, image.id)
  await progress.status(`Digest: ${digest}`)
  events.publish('image', 'pull', familiarString(reference), {
    ...image.document.config?.Labels,
    name: familiarName(reference),
  })
  return known
}

/** Those that are not here yet. */
export async function fetchLayers(parts: DaemonParts, plan: PullPlan, progress: ProgressStream): Promise<void> {
  const { layers } = plan.manifest
  const { rootfs } = JSON.parse(plan.config) as ImageDocument
  const have = parts.images.layers.chain(rootfs.diff_ids).length
  for (const [i, { digest }] of layers.entries())
    await progress.step(i < have ? 'Already exists' : 'Pulling fs layer', shortId(digest))
  for (const { digest } of layers.slice(have + MAX_PARALLEL)) await progress.step('Waiting', shortId(digest))
  const total = layers.slice(have).reduce((sum, layer) => sum + shownSize(layer), 0)
  const downloads = startDownloads(parts, plan, layers.slice(have), total, progress)
  let parent = have > 0 ? chainOf(rootfs.diff_ids.slice(0, have)) : ''
  for (const [i, layer] of layers.slice(have).entries()) {
    const bytes = await (downloads[i] ?? Promise.reject(systemProblem('download lost')))
    parent = await extract(parts, parent, layer, bytes, total, progress)
  }
}

const chainOf = (diffIds: readonly string[]): string =>
  diffIds.reduce((parent, diffId) => chainIdOf(parent, diffId), '')

/** How long a whole pull takes: enough to see it happen. @param total bytes in real life */
const paceMs = (total: number): number => Math.min(1200, 250 + total / 100_000)

/** Three at a time, as dockerd does. */
function startDownloads(
  parts: DaemonParts,
  plan: PullPlan,
  layers: readonly Descriptor[],
  total: number,
  progress: ProgressStream,
): Promise<Uint8Array>[] {
  const slots: Promise<unknown>[] = Array.from({ length: MAX_PARALLEL }, () => Promise.resolve())
  return layers.map((layer, i) => {
    const before = slots[i % MAX_PARALLEL] ?? Promise.resolve()
    const own = before.then(() => download(parts.sys, plan, layer, total, progress))
    // Whoever awaits it in its turn hears of the failure.
    slots[i % MAX_PARALLEL] = own.catch(() => undefined)
    return own
  })
}

async function download(
  sys: Sys,
  plan: PullPlan,
  layer: Descriptor,
  total: number,
  progress: ProgressStream,
): Promise<Uint8Array> {
  const id = shortId(layer.digest)
  const size = shownSize(layer)
  const answer = await plan.client.getBlob(plan.reference.path, layer.digest)
  if (answer.status !== 200) throw systemProblem(registryError(answer))
  const pauseMs = (paceMs(total) * 0.7 * (size / Math.max(1, total))) / STEPS
  for (let step = 1; step <= STEPS; step++) {
    await progress.progress('Downloading', id, Math.round((size * step) / STEPS), size)
    await sys.sleep(pauseMs)
  }
  await progress.step('Verifying Checksum', id)
  if (`sha256:${sha256Hex(answer.bytes)}` !== layer.digest)
    throw systemProblem(`filesystem layer verification failed for digest ${layer.digest}`)
  await progress.step('Download complete', id)
  return answer.bytes
}

async function extract(
  parts: DaemonParts,
  parent: string,
  layer: Descriptor,
  bytes: Uint8Array,
  total: number,
  progress: ProgressStream,
): Promise<string> {
  const id = shortId(layer.digest)
  const size = shownSize(layer)
  await progress.progress('Extracting', id, Math.round(size / 2), size)
  const record = await parts.images.layers.add(parent, bytes, size)
  await parts.sys.sleep(paceMs(total) * 0.3 * (size / Math.max(1, total)))
  await progress.progress('Extracting', id, size, size)
  await progress.step('Pull complete', id)
  return record.chainId
}
