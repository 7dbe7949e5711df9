import { isDirectory } from '@drydock/abi'
import type { CopyStep } from '@drydock/dockerfile'
import type { LayerRecord } from '../../content/layer-store.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Image } from '../../images/image-store.ts'
import { invalid } from '../../problem.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { ifExists, makeDirectories } from '../../state/files.ts'
import { Copier } from '../files/copy-files.ts'
import { findSources, MissingSource, relativePath } from '../files/find-sources.ts'
import { type Owner, ownerOf } from '../files/owner.ts'
import { downloadSource } from '../files/download.ts'
import { WorkLayer } from '../work-layer.ts'
import { sourceSum, sumOfSources } from './file-sums.ts'

interface Source {
  readonly root: string
  readonly ofContext: boolean
  close(): void
}

interface Found {
  readonly root: string
  readonly path: string
  readonly remote: boolean
}

const isUrl = (source: string): boolean => /^https?:\/\//.test(source)
const ROOT: Owner = { uid: 0, gid: 0 }

/** COPY, ADD and WORKDIR of the classic builder: changes on top of one image. */
export class ClassicCopy {
  private readonly parts: DaemonParts
  private readonly chain: readonly LayerRecord[]

  constructor(parts: DaemonParts, image: Image | undefined) {
    this.parts = parts
    this.chain = image ? parts.images.layersOf(image) : []
  }

  /** The files of an image, to copy from. */
  static source(parts: DaemonParts, image: Image | undefined): Source {
    const layer = WorkLayer.open(parts, image ? parts.images.layersOf(image) : []).mount()
    return { root: layer.root, ofContext: false, close: () => layer.discard() }
  }

  async makeFolder(path: string): Promise<string | undefined> {
    const { sys } = this.parts
    return this.change(async (root) => {
      const folder = resolveInRoot(sys, root, path)
      const known = ifExists(() => sys.stat(folder))
      if (known && !isDirectory(known.mode)) throw invalid(`Cannot mkdir: ${path} is not a directory`)
      makeDirectories(sys, folder)
    })
  }

  /**
   * What will be copied, and the copying.
   * @param folder an empty one, for what comes from URLs
   * @throws Problem in the builder's words
   */
  async plan(
    step: CopyStep,
    source: Source,
    folder: string,
  ): Promise<{ sums: string; copy: () => Promise<string | undefined> }> {
    const verb = step.add ? 'ADD' : 'COPY'
    const found: Found[] = []
    for (const each of step.sources) found.push(...(await this.find(each, step, source, folder, verb)))
    if (found.length === 0) throw invalid(`${verb} failed: no source files were specified`)
    if (found.length > 1 && !step.destination.endsWith('/'))
      throw invalid(
        `When using ${verb} with more than one source file, the destination must be a directory and end with a /`,
      )
    const sums: string[] = []
    for (const { root, path } of found) sums.push(await sourceSum(this.parts.sys, root, path, source.ofContext))
    return { sums: sumOfSources(sums), copy: () => this.change((root) => this.copyAll(found, step, root)) }
  }

  private async find(source: string, step: CopyStep, from: Source, folder: string, verb: string): Promise<Found[]> {
    const { sys } = this.parts
    if (step.add && isUrl(source)) {
      const path = await downloadSource(this.parts, source, folder, `${verb} failed: `)
      return [{ root: folder, path, remote: true }]
    }
    if (/^\.\.(\/|$)/.test(source.replace(/^(\.\/)+/, '')) && from.ofContext)
      throw invalid(`${verb} failed: forbidden path outside the build context: ${source} ()`)
    try {
      const paths = findSources(sys, from.root, source)
      return paths.map((path) => ({ root: from.root, path, remote: false }))
    } catch (error) {
      if (!(error instanceof MissingSource)) throw error
      const where = from.ofContext ? 'file not found in build context or excluded by .dockerignore: ' : ''
      throw invalid(`${verb} failed: ${where}stat ${relativePath(source)}: file does not exist`)
    }
  }

  private async copyAll(found: readonly Found[], step: CopyStep, root: string): Promise<void> {
    const { sys } = this.parts
    const asked = step.chown === '' ? undefined : ownerOf(sys, root, step.chown)
    for (const { root: from, path, remote } of found)
      await new Copier(sys, {
        from,
        path,
        to: root,
        destination: step.destination,
        owner: asked ?? ROOT,
        unpackedOwner: asked,
        mode: '',
        exclude: [],
        unpack: step.add && !remote,
        ownParents: false,
      }).copy()
  }

  /** @returns the diff id of what changed; undefined when nothing did */
  private async change(work: (root: string) => Promise<void>): Promise<string | undefined> {
    const layer = WorkLayer.open(this.parts, this.chain).mount()
    try {
      await work(layer.root)
    } catch (error) {
      layer.discard()
      throw error
    }
    if (layer.changed) return (await layer.commit()).diffId
    layer.discard()
    return undefined
  }
}
