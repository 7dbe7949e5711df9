import { S_IFREG, type Sys } from '@drydock/abi'
import type { ImageStore } from '../images/image-store.ts'
import { linkLayer, unlinkLayer } from '../content/overlay-links.ts'
import { exists, inDirectory, makeDirectories, quietly, removeTree } from '../state/files.ts'
import type { Places } from '../state/places.ts'
import type { Container } from './container.ts'

/** Directories of one container below overlay2. */
export const layerOf = (places: Places, id: string): string => `${places.overlay}/${id}`
const initLayerOf = (places: Places, id: string): string => `${places.overlay}/${id}-init`

/** Mount points every container has: made in a layer of their own, so that docker diff does not show them. */
const INIT_DIRECTORIES = ['dev', 'dev/pts', 'dev/shm', 'proc', 'sys', 'etc']
const INIT_FILES = ['dev/console', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf', '.dockerenv']

/** @param lowers directories of the image's layers below overlay2, topmost first */
export function makeRootfs(sys: Sys, places: Places, id: string, lowers: readonly string[]): void {
  makeDirectories(sys, layerOf(places, id))
  inDirectory(sys, layerOf(places, id), () => {
    for (const name of ['diff', 'work', 'merged']) sys.mkdir(name, 0o755)
  })
  const init = `${initLayerOf(places, id)}/diff`
  makeDirectories(sys, init)
  inDirectory(sys, init, () => {
    for (const name of INIT_DIRECTORIES) makeDirectories(sys, name)
    for (const name of INIT_FILES) sys.mknod(name, S_IFREG | 0o755, 0)
    sys.symlink('/proc/mounts', 'etc/mtab')
  })
  linkLayer(sys, places.overlay, `${id}-init`, lowers)
  linkLayer(sys, places.overlay, id, [`${id}-init`, ...lowers])
}

export function removeRootfs(sys: Sys, places: Places, id: string): void {
  removeTree(sys, layerOf(places, id))
  removeTree(sys, initLayerOf(places, id))
  for (const name of [id, `${id}-init`]) unlinkLayer(sys, places.overlay, name)
}

/** The directories below a container's own, topmost first. */
export function lowerDirectories(places: Places, images: ImageStore, container: Container): string[] {
  const image = images.get(container.record.Image)
  const layers = image ? images.layersOf(image).reverse() : []
  return [`${initLayerOf(places, container.id)}/diff`, ...layers.map((layer) => images.layers.diffPath(layer))]
}

/** The overlay's mount options, as GraphDriver of inspect tells them too. */
export function overlayData(places: Places, images: ImageStore, container: Container): Record<string, string> {
  const own = layerOf(places, container.id)
  return {
    ID: container.id,
    LowerDir: lowerDirectories(places, images, container).join(':'),
    MergedDir: `${own}/merged`,
    UpperDir: `${own}/diff`,
    WorkDir: `${own}/work`,
  }
}

/** Mounts the container's files at its `merged` directory. @returns that path */
export function mountRootfs(sys: Sys, places: Places, images: ImageStore, container: Container): string {
  const { LowerDir, UpperDir, WorkDir, MergedDir = '' } = overlayData(places, images, container)
  if (isMounted(sys, MergedDir)) return MergedDir
  sys.mount('overlay', MergedDir, 'overlay', 0, `lowerdir=${LowerDir},upperdir=${UpperDir},workdir=${WorkDir}`)
  return MergedDir
}

export function unmountRootfs(sys: Sys, places: Places, id: string): void {
  quietly(() => sys.umount(`${layerOf(places, id)}/merged`))
}

/** A mounted root shows the files of its layers; the bare directory is empty. */
const isMounted = (sys: Sys, path: string): boolean => exists(sys, `${path}/.dockerenv`)

/** Runs `action` on the container's files; they are mounted for it when the container does not run. */
export async function withRootfs<T>(
  sys: Sys,
  places: Places,
  images: ImageStore,
  container: Container,
  action: (root: string) => Promise<T>,
): Promise<T> {
  const root = mountRootfs(sys, places, images, container)
  try {
    return await action(root)
  } finally {
    if (!container.running) unmountRootfs(sys, places, container.id)
  }
}
