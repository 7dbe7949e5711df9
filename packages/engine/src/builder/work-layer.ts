import type { Sys } from '@drydock/abi'
import type { LayerRecord } from '../content/layer-store.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { randomId } from '../identifiers.ts'
import type { Places } from '../state/places.ts'
import { listNames, makeDirectories, quietly, removeTree, writeBytes } from '../state/files.ts'

/** Mount points of every container: a layer of their own, which no image gets. */
const INIT_DIRECTORIES = ['dev/pts', 'dev/shm', 'proc', 'sys', 'etc']
const INIT_FILES = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf']

const workFolder = (parts: DaemonParts): string => `${parts.places.buildkit}/work`

/** Takes away what builds left that a power cut ended. */
export function clearBuilds(sys: Sys, { buildkit }: Places): void {
  for (const name of ['work', 'contexts']) removeTree(sys, `${buildkit}/${name}`)
}

/** Files of a chain of layers with a layer of changes on top: mounted while something is done to them. */
export class WorkLayer {
  readonly id: string
  /** Where the files are. */
  readonly root: string
  /** At the very bottom: mount points that the image does not have, and no image gets. */
  readonly stubs: string
  private readonly parts: DaemonParts
  private readonly chain: readonly LayerRecord[]
  /** Gone with the layer. */
  readonly folder: string

  private constructor(parts: DaemonParts, chain: readonly LayerRecord[]) {
    this.parts = parts
    this.chain = chain
    this.id = randomId(parts.sys)
    this.folder = `${workFolder(parts)}/${this.id}`
    this.root = `${this.folder}/merged`
    this.stubs = `${this.folder}/stubs`
  }

  /** @param chain from the bottom up @param forProcess with mount points for a container */
  static open(parts: DaemonParts, chain: readonly LayerRecord[], forProcess = false): WorkLayer {
    const layer = new WorkLayer(parts, chain)
    layer.prepare(forProcess)
    return layer
  }

  private prepare(forProcess: boolean): void {
    const { sys } = this.parts
    for (const name of ['diff', 'work', 'merged', 'stubs']) makeDirectories(sys, `${this.folder}/${name}`)
    if (forProcess) makeStubs(sys, this.stubs)
  }

  mount(): this {
    const { sys, images } = this.parts
    const lowers = this.chain.map((layer) => images.layers.diffPath(layer)).reverse()
    const lower = [...lowers, this.stubs].join(':')
    const data = `lowerdir=${lower},upperdir=${this.folder}/diff,workdir=${this.folder}/work`
    sys.mount('overlay', this.root, 'overlay', 0, data)
    return this
  }

  get changed(): boolean {
    return listNames(this.parts.sys, `${this.folder}/diff`).length > 0
  }

  /** Ends the work; its changes become the layer on top of the chain, or of `parent`. */
  async commit(parent = this.chain.at(-1)?.chainId ?? ''): Promise<LayerRecord> {
    this.unmount()
    try {
      return await this.parts.images.layers.adopt(parent, `${this.folder}/diff`)
    } finally {
      removeTree(this.parts.sys, this.folder)
    }
  }

  discard(): void {
    this.unmount()
    removeTree(this.parts.sys, this.folder)
  }

  private unmount(): void {
    quietly(() => this.parts.sys.umount(this.root))
  }
}

function makeStubs(sys: Sys, folder: string): void {
  for (const name of INIT_DIRECTORIES) makeDirectories(sys, `${folder}/${name}`)
  for (const name of INIT_FILES) writeBytes(sys, `${folder}/${name}`, '', 0o644)
}

/** Lets `look` see the files of a chain. */
export async function withFiles<T>(
  parts: DaemonParts,
  chain: readonly LayerRecord[],
  look: (root: string) => Promise<T>,
): Promise<T> {
  const layer = WorkLayer.open(parts, chain).mount()
  try {
    return await look(layer.root)
  } finally {
    layer.discard()
  }
}
