import { decodeUtf8 } from '@drydock/codec'
import { CATALOGUE } from './catalogue/index.ts'
import type { LayerSpec, Repository } from './rootfs/image-spec.ts'
import { type ProgramRow, ProgramRows } from './rootfs/program-rows.ts'
import { Tree } from './rootfs/tree.ts'

/** What a script says that stands where nobody wrote the program yet. */
const SAYS = /^ *echo "(.+): this program is not simulated here yet"/m

/** Images whose own software is missing, and what of it. For SUPPORT.md */
export function absentSoftware(programs: readonly ProgramRow[]): readonly (readonly [image: string, string])[] {
  const rows = new ProgramRows(programs)
  return CATALOGUE.flatMap((repository) => {
    const names = new Set(layersOf(repository).flatMap((layer) => absentIn(layer, rows)))
    return names.size > 0 ? [[repository.name.replace('library/', ''), [...names].sort().join(', ')] as const] : []
  })
}

const layersOf = (repository: Repository): readonly LayerSpec[] =>
  repository.image(repository.tags[0] ?? 'latest')?.steps.flatMap(({ layer }) => layer ?? []) ?? []

function absentIn(layer: LayerSpec, programs: ProgramRows): readonly string[] {
  const tree = new Tree({ programs, flavour: layer.flavour, mergedUsr: layer.mergedUsr, mtimeMs: 0 })
  layer.build(tree, { nodeModules: () => undefined, sitePackages: () => undefined })
  return tree.list().flatMap(({ content }) => (content && SAYS.exec(decodeUtf8(content))?.[1]) ?? [])
}
