import { encodeUtf8, sha256Hex } from '@drydock/codec'
import {
  atLeast,
  bool,
  canonical,
  type Cli,
  CliError,
  compileTemplate,
  defineCommand,
  exactly,
  hidden,
  list,
  noun,
  parseReference,
  type Reference,
  string,
  strings,
  tabulate,
  tagged,
} from '@drydock/cli-plugin'
import { type Descriptor, DOCKER_MANIFEST_LIST, isIndex, OCI_INDEX, platformString } from '@drydock/oci'
import { readTextFile } from '@drydock/libc'
import { absolute } from '../container/volume-flags.ts'
import { blobsOf, NoSuchManifest, type RemoteDocument, RemoteImages } from '../registry/remote-images.ts'

interface Source {
  readonly images: RemoteImages
  readonly found: RemoteDocument
}

async function read(cli: Cli, reference: Reference): Promise<Source> {
  const images = await RemoteImages.open(cli, reference, false)
  try {
    return { images, found: await images.get() }
  } catch (error) {
    if (error instanceof NoSuchManifest) throw new CliError(`ERROR: ${canonical(reference)}: not found`)
    throw error instanceof CliError ? new CliError(`ERROR: ${error.message}`) : error
  }
}

/** A reference, a digest in the repository of the others, or a descriptor in JSON. */
function parseSource(text: string, home: Reference | undefined): { reference: Reference; over: Partial<Descriptor> } {
  if (text.trimStart().startsWith('{')) {
    const over = JSON.parse(text) as Partial<Descriptor>
    if (!home || over.digest === undefined) throw nowhere(text)
    return { reference: { domain: home.domain, path: home.path, digest: over.digest }, over }
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(text)) return { reference: tagged(parseReference(text)), over: {} }
  if (!home) throw nowhere(text)
  return { reference: { domain: home.domain, path: home.path, digest: text }, over: {} }
}

const nowhere = (text: string): CliError =>
  new CliError(`ERROR: multiple repositories specified, cannot infer repository for ${JSON.stringify(text)}`)

/** With the platform that an index wants to know of each. */
async function descriptorOf({ images, found }: Source, over: Partial<Descriptor>): Promise<readonly Descriptor[]> {
  const { document, descriptor } = found
  if (isIndex(document)) return document.manifests
  return [{ ...descriptor, platform: await images.platformOf(document), ...over }]
}

const fitsAny = (wanted: readonly string[], { platform }: Descriptor): boolean =>
  wanted.length === 0 || (platform !== undefined && wanted.includes(platformString(platform)))

interface Combined {
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
  /** What has to be in the repository before. */
  readonly needs: readonly { readonly source: Source; readonly descriptor: Descriptor }[]
}

interface Wish {
  readonly annotations: readonly string[]
  readonly preferIndex: boolean
  readonly platforms: readonly string[]
}

/** One index of all sources; a single one stays as it is. buildx util/imagetools/create.go */
async function combine(sources: readonly (Source & { over: Partial<Descriptor> })[], wish: Wish): Promise<Combined> {
  const [first] = sources
  const whole = first && sources.length === 1 && wish.annotations.length === 0 && wish.platforms.length === 0
  if (whole && (isIndex(first.found.document) || !wish.preferIndex)) {
    const { bytes, descriptor } = first.found
    return { bytes, descriptor, needs: [{ source: first, descriptor }] }
  }
  const needs = new Map<string, { source: Source; descriptor: Descriptor }>()
  for (const source of sources)
    for (const descriptor of await descriptorOf(source, source.over))
      if (fitsAny(wish.platforms, descriptor)) needs.set(descriptor.digest, { source, descriptor })
  const manifests = [...needs.values()].map(({ descriptor }) => descriptor)
  const allDocker = manifests.every(({ mediaType }) => mediaType.startsWith('application/vnd.docker.'))
  const mediaType = allDocker ? DOCKER_MANIFEST_LIST : OCI_INDEX
  const annotations = Object.fromEntries(wish.annotations.map((text) => annotation(text)))
  const more = allDocker || wish.annotations.length === 0 ? {} : { annotations }
  const bytes = encodeUtf8(JSON.stringify({ schemaVersion: 2, mediaType, manifests, ...more }, undefined, 2))
  const descriptor = { mediaType, digest: `sha256:${sha256Hex(bytes)}` as const, size: bytes.length }
  return { bytes, descriptor, needs: [...needs.values()] }
}

/** `index:key=value`. */
function annotation(text: string): [string, string] {
  const [, type = '', key = '', value = ''] = /^(?:([a-z-]+):)?([^=]+)=([\s\S]*)$/.exec(text) ?? []
  if (type === 'index') return [key, value]
  throw new CliError(`ERROR: ${JSON.stringify(type || 'manifest')} annotations are not supported yet`)
}

async function pushTo(cli: Cli, tag: Reference, { bytes, descriptor, needs }: Combined): Promise<void> {
  const target = await RemoteImages.open(cli, tag, false)
  for (const { source, descriptor: each } of needs) {
    const found = await source.images.get(each.digest)
    const { document } = found
    const blobs = isIndex(document) ? '' : ` (${blobsOf(document).length} blobs)`
    if (cli.globals.debug) await cli.warn(`copying ${each.digest}${blobs}\n`)
    await target.copyFrom(source.images, found)
  }
  await target.put(tag.tag ?? descriptor.digest, descriptor, bytes)
}

const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] [SOURCE...]',
  short: 'Create a new image based on source images',
  args: atLeast(0),
  flags: {
    annotation: list('', 'Add annotation to the image', { type: 'stringArray' }),
    append: bool('', 'Append to existing manifest'),
    builder: hidden(string('', 'Override the configured builder instance')),
    'dry-run': bool('', 'Show final image instead of pushing'),
    file: list('f', 'Read source descriptor from file', { type: 'stringArray' }),
    platform: strings('', 'Filter specified platforms of target image'),
    'prefer-index': bool(
      '',
      'When only a single source is specified, prefer outputting an image index or manifest list instead of performing a carbon copy',
      true,
    ),
    progress: string(
      '',
      'Set type of progress output ("auto", "none", "plain", "rawjson", "tty"). Use plain to show container output',
      'auto',
    ),
    tag: list('t', 'Set reference for new image', { type: 'stringArray' }),
  },
  async run({ cli, args, flags }) {
    const files: string[] = []
    for (const file of flags.file) files.push(await readTextFile(cli.sys, absolute(file, cli.sys.getcwd())))
    if (args.length + files.length === 0 && !flags.append) throw new CliError('ERROR: no sources specified')
    if (flags.tag.length === 0 && !flags['dry-run'])
      throw new CliError("ERROR: can't push with no tags specified, please set --tag or --dry-run")
    const tags = flags.tag.map((tag) => tagged(parseReference(tag)))
    const texts = [...(flags.append ? flags.tag.slice(0, 1) : []), ...files, ...args]
    const home = texts.filter((text) => !/^(sha256:|\s*\{)/.test(text)).map((text) => tagged(parseReference(text)))[0]
    const sources: (Source & { over: Partial<Descriptor> })[] = []
    for (const text of texts) {
      const { reference, over } = parseSource(text, home ?? tags[0])
      sources.push({ ...(await read(cli, reference)), over })
    }
    const wish = { annotations: flags.annotation, preferIndex: flags['prefer-index'], platforms: flags.platform }
    const combined = await combine(sources, wish)
    if (flags['dry-run']) return cli.print(`${new TextDecoder().decode(combined.bytes)}\n`)
    let step = 0
    for (const tag of tags) await pushing(cli, ++step, tag, combined, flags.progress)
  },
})

async function pushing(cli: Cli, step: number, tag: Reference, combined: Combined, mode: string): Promise<void> {
  const start = cli.sys.clock.now()
  const shown = mode !== 'none' && mode !== 'quiet'
  if (shown) await cli.warn(`#${step} [internal] pushing ${canonical(tag)}\n`)
  await pushTo(cli, tag, combined)
  const seconds = ((cli.sys.clock.now() - start) / 1000).toFixed(1)
  if (shown) await cli.warn(`#${step} DONE ${seconds}s\n${step < 1 ? '\n' : ''}`)
}

const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] NAME',
  short: 'Show details of an image in the registry',
  args: exactly(1),
  flags: {
    builder: hidden(string('', 'Override the configured builder instance')),
    format: string('', 'Format the output', '{{.Manifest}}'),
    raw: bool('', 'Show original, unformatted JSON manifest'),
  },
  async run({ cli, args, flags }) {
    const reference = tagged(parseReference(args[0] ?? ''))
    const { found, images } = await read(cli, reference)
    if (flags.raw) return cli.print(found.bytes)
    if (/^\{\{\s*\.Manifest\s*\}\}$/.test(flags.format.trim())) return cli.print(overview(reference, found))
    const { document, descriptor } = found
    const manifest = isIndex(document)
      ? { schemaVersion: 2, mediaType: document.mediaType, ...digestAndSize(descriptor), manifests: document.manifests }
      : descriptor
    const image = isIndex(document)
      ? await configs(images, document.manifests)
      : await config(images, document.config.digest)
    const template = compileTemplate(flags.format, {
      spelled: SPELLED,
      functions: new Map([['json', (value: unknown) => JSON.stringify(plain(value), undefined, 2)]]),
    })
    const attested = isIndex(document) ? await attestationsOf(images, document.manifests) : {}
    await cli.print(template.run({ Name: args[0], Manifest: manifest, Image: image, ...attested }))
  },
})

/** Go's names of what is in the documents. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ['RootFS', 'rootfs'],
  ['OS', 'os'],
  ...['Digest', 'MediaType', 'Size', 'Manifests', 'SchemaVersion', 'Platform', 'Annotations'].map(lowerFirst),
  ...['Architecture', 'Variant', 'Config', 'History', 'Created', 'Author'].map(lowerFirst),
])

function lowerFirst(name: string): [string, string] {
  return [name, name.charAt(0).toLowerCase() + name.slice(1)]
}

const digestAndSize = ({ digest, size }: Descriptor) => ({ digest, size })
const plain = (value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value)

async function config(images: RemoteImages, digest: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await images.blob(digest))) as unknown
}

async function configs(images: RemoteImages, manifests: readonly Descriptor[]): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const { digest, platform } of manifests.filter((each) => subjectOf(each) === undefined)) {
    const { document } = await images.get(digest)
    if (platform && !isIndex(document)) all[platformString(platform)] = await config(images, document.config.digest)
  }
  return all
}

const subjectOf = ({ annotations }: Descriptor): string | undefined =>
  annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
    ? annotations['vnd.docker.reference.digest']
    : undefined

/** Provenance and SBOM of an image, by platform where there are several. BuildKit docs, attestations/attestation-storage.md */
async function attestationsOf(
  images: RemoteImages,
  manifests: readonly Descriptor[],
): Promise<{ Provenance: unknown; SBOM: unknown }> {
  const found = { Provenance: new Map<string, unknown>(), SBOM: new Map<string, unknown>() }
  for (const each of manifests) {
    const subject = manifests.find(({ digest }) => digest === subjectOf(each))
    const { document } = subject ? await images.get(each.digest) : { document: undefined }
    if (!subject?.platform || !document || isIndex(document)) continue
    for (const { digest, annotations } of document.layers) {
      const type = annotations?.['in-toto.io/predicate-type'] ?? ''
      const { predicate } = (await config(images, digest)) as { predicate: unknown }
      const where = platformString(subject.platform)
      if (type.startsWith('https://slsa.dev/provenance/')) found.Provenance.set(where, { SLSA: predicate })
      else if (type.startsWith('https://spdx.dev/')) found.SBOM.set(where, { SPDX: predicate })
    }
  }
  const one = (all: ReadonlyMap<string, unknown>): unknown =>
    all.size === 1 ? [...all.values()][0] : Object.fromEntries(all)
  return { Provenance: one(found.Provenance), SBOM: one(found.SBOM) }
}

/** buildx util/imagetools/printers.go */
function overview(reference: Reference, { document, descriptor }: RemoteDocument): string {
  const name = canonical(reference)
  const head = `Name:\t${name}\nMediaType:\t${descriptor.mediaType}\nDigest:\t${descriptor.digest}\n`
  const top = tabulate(head, 0, 1)
  if (!isIndex(document)) return top
  const rows = document.manifests.map(({ mediaType, digest, platform, annotations = {} }) => {
    const where = platform ? `  Platform:\t${platformString(platform)}\n` : ''
    const notes = Object.entries(annotations).map(([key, value]) => `    ${key}:\t${value}\n`)
    const more = notes.length > 0 ? '  Annotations:\t\n' : ''
    const table = tabulate(`  Name:\t${name}@${digest}\n  MediaType:\t${mediaType}\n${where}${more}`, 0, 1)
    return table + tabulate(notes.join(''), 0, 1)
  })
  return `${top}${tabulate('\t\nManifests:\t\n', 0, 1)}${rows.join(`${' '.repeat(13)}\n`)}`
}

export const imagetools = noun({
  name: 'imagetools',
  short: 'Commands to work on images in registry',
  lacks: 'copies to files',
  children: [create, inspect],
})
