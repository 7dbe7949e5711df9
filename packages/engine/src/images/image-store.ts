import type { Sys } from '@drydock/abi'
import { sha256Hex } from '@drydock/codec'
import { type LayerRecord, LayerStore } from '../content/layer-store.ts'
import { invalid, notFound } from '../problem.ts'
import { listNames, makeDirectories, quietly, readRecord, readText, replaceFile, writeRecord } from '../state/files.ts'
import type { Places } from '../state/places.ts'
import type { ImageDocument } from './image-config.ts'
import { familiarName, familiarString, parseReference, withDefaultTag } from './reference.ts'

export interface Image {
  /** `sha256:…` of the configuration. */
  readonly id: string
  readonly document: ImageDocument
  /** The configuration's bytes as text; the id is their digest. */
  readonly json: string
}

/** What is kept of an image besides its configuration. */
interface ImageMetadata {
  readonly lastTagged?: string
  readonly parent?: string
}

/** Images by id, and the names that point to them (repositories.json). */
export class ImageStore {
  readonly layers: LayerStore
  /** Layers that stay when the last image with them goes. */
  pinned: () => ReadonlySet<string> = () => new Set()
  private readonly images = new Map<string, Image>()
  private readonly metadata = new Map<string, ImageMetadata>()
  /** `nginx:latest` or `nginx@sha256:…` -> id. */
  private names = new Map<string, string>()
  private readonly sys: Sys
  private readonly directory: string

  constructor(sys: Sys, places: Places) {
    this.sys = sys
    this.directory = places.images
    this.layers = new LayerStore(sys, `${places.images}/layerdb`, places.overlay, places.blobs)
  }

  load(): void {
    this.layers.load()
    makeDirectories(this.sys, `${this.directory}/imagedb/content`)
    makeDirectories(this.sys, `${this.directory}/imagedb/metadata`)
    for (const hex of listNames(this.sys, `${this.directory}/imagedb/content`)) this.loadImage(hex)
    const names = readRecord<Record<string, string>>(this.sys, `${this.directory}/repositories.json`) ?? {}
    this.names = new Map(Object.entries(names).filter(([, id]) => this.images.has(id)))
  }

  all(): Image[] {
    return [...this.images.values()]
  }

  get(id: string): Image | undefined {
    return this.images.get(id)
  }

  /** Keeps a configuration. Its layers must be there. */
  add(json: string, metadata: ImageMetadata = {}): Image {
    const hex = sha256Hex(json)
    const id = `sha256:${hex}`
    const known = this.images.get(id)
    if (known) return known
    replaceFile(this.sys, `${this.directory}/imagedb/content/${hex}`, json)
    this.setMetadata(id, metadata)
    const image = { id, document: JSON.parse(json) as ImageDocument, json }
    this.images.set(id, image)
    return image
  }

  /** By name, id, beginning of an id, or digest. */
  find(text: string): Image | undefined {
    const byId = this.byId(text)
    if (byId) return byId
    const named = this.byName(text)
    return named ?? this.byPrefix(text)
  }

  /** @throws Problem not found in moby's words */
  require(text: string): Image {
    const found = this.find(text)
    if (found) return found
    throw notFound(`No such image: ${familiarOr(text)}`)
  }

  tagsOf(id: string): string[] {
    return this.namesOf(id).filter((name) => !name.includes('@'))
  }

  digestsOf(id: string): string[] {
    return this.namesOf(id).filter((name) => name.includes('@'))
  }

  idOf(name: string): string | undefined {
    return this.names.get(name)
  }

  allNames(): [string, string][] {
    return [...this.names]
  }

  /** @param name familiar form with tag or digest */
  setName(name: string, id: string): void {
    this.names.set(name, id)
    this.saveNames()
    const known = this.metadata.get(id) ?? {}
    if (!name.includes('@'))
      this.setMetadata(id, { ...known, lastTagged: new Date(this.sys.clock.now()).toISOString() })
  }

  deleteName(name: string): void {
    this.names.delete(name)
    this.saveNames()
  }

  metadataOf(id: string): ImageMetadata {
    return this.metadata.get(id) ?? {}
  }

  childrenOf(id: string): Image[] {
    return this.all().filter((image) => this.metadataOf(image.id).parent === id)
  }

  layersOf({ document }: Image): LayerRecord[] {
    return this.layers.chain(document.rootfs.diff_ids)
  }

  size(image: Image): number {
    return this.layersOf(image).reduce((sum, layer) => sum + layer.size, 0)
  }

  /** Deletes the configuration and the layers that no other image has. */
  delete(image: Image): LayerRecord[] {
    const hex = image.id.slice(7)
    quietly(() => this.sys.unlink(`${this.directory}/imagedb/content/${hex}`))
    quietly(() => this.sys.unlink(`${this.directory}/imagedb/metadata/${hex}`))
    const layers = this.layersOf(image)
    this.images.delete(image.id)
    this.metadata.delete(image.id)
    const ofImages = this.all().flatMap((other) => this.layersOf(other).map(({ chainId }) => chainId))
    const used = new Set([...ofImages, ...this.pinned()])
    const free = layers.filter(({ chainId }) => !used.has(chainId)).reverse()
    for (const layer of free) this.layers.remove(layer)
    return free
  }

  private byId(text: string): Image | undefined {
    return this.images.get(text) ?? (/^[0-9a-f]{64}$/.test(text) ? this.images.get(`sha256:${text}`) : undefined)
  }

  private byName(text: string): Image | undefined {
    if (text.startsWith('sha256:')) return undefined
    const reference = withDefaultTag(parseReference(text))
    const name = reference.digest ? `${familiarName(reference)}@${reference.digest}` : familiarString(reference)
    const id = this.names.get(name)
    return id === undefined ? undefined : this.images.get(id)
  }

  private byPrefix(text: string): Image | undefined {
    const prefix = text.replace(/^sha256:/, '')
    if (!/^[0-9a-f]+$/.test(prefix)) return undefined
    const matches = this.all().filter(({ id }) => id.startsWith(`sha256:${prefix}`))
    if (matches.length > 1) throw invalid(`ambiguous reference`)
    return matches[0]
  }

  private namesOf(id: string): string[] {
    return [...this.names]
      .filter(([, each]) => each === id)
      .map(([name]) => name)
      .sort()
  }

  private loadImage(hex: string): void {
    const json = readText(this.sys, `${this.directory}/imagedb/content/${hex}`)
    if (sha256Hex(json) !== hex) return
    const id = `sha256:${hex}`
    this.images.set(id, { id, document: JSON.parse(json) as ImageDocument, json })
    const metadata = readRecord<ImageMetadata>(this.sys, `${this.directory}/imagedb/metadata/${hex}`)
    if (metadata) this.metadata.set(id, metadata)
  }

  private setMetadata(id: string, metadata: ImageMetadata): void {
    this.metadata.set(id, metadata)
    writeRecord(this.sys, `${this.directory}/imagedb/metadata/${id.slice(7)}`, metadata)
  }

  private saveNames(): void {
    writeRecord(this.sys, `${this.directory}/repositories.json`, Object.fromEntries(this.names))
  }
}

/** A name as messages show it: with its default tag; ids stay. */
function familiarOr(text: string): string {
  return text.startsWith('sha256:') ? text : familiarString(withDefaultTag(parseReference(text)))
}
