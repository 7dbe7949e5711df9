import type { LayerEntry } from '@drydock/oci'
import { CATALOGUE } from './catalogue/index.ts'
import { NO_PACKAGES } from './rootfs/build-image.ts'
import { type ProgramRow, ProgramRows } from './rootfs/program-rows.ts'
import { Tree } from './rootfs/tree.ts'

export interface ImageRootOptions {
  readonly programs: readonly ProgramRow[]
  /** `library/debian`. */
  readonly repository: string
  readonly tag: string
  /** Commands added to the image's own, as its package manager would. */
  readonly installed?: readonly string[]
}

/**
 * The root file system of an image of the catalogue, its layers one after the other; parents come before what they hold.
 * @throws RangeError when there is no such image
 */
export function imageRootEntries({ programs, repository, tag, installed = [] }: ImageRootOptions): LayerEntry[] {
  const spec = CATALOGUE.find(({ name }) => name === repository)?.image(tag)
  if (!spec) throw new RangeError(`no image ${repository}:${tag}`)
  const rows = new ProgramRows(programs)
  return spec.steps.flatMap(({ layer, created }) => {
    if (!layer) return []
    const tree = new Tree({ programs: rows, ...layer, mtimeMs: Math.floor(Date.parse(created) / 1000) * 1000 })
    layer.build(tree, NO_PACKAGES)
    for (const command of installed) tree.command(command)
    return tree.list()
  })
}
