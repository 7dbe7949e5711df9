import { configSteps, layer, type ImageSpec, type Repository } from '../rootfs/image-spec.ts'
import { alpine } from './distributions.ts'

/** An image that is Alpine, or another base, with programs of other packages. */
interface Tools {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly created: string
  /** Default: Alpine. */
  readonly base?: Repository
  /** Of the base. */
  readonly release: string
  /** The step that installs them. */
  readonly by: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly commands: readonly string[]
  /** Path to text. */
  readonly scripts?: Readonly<Record<string, string>>
  readonly config: ImageSpec['config']
}

export function toolsRepository(tools: Tools): Repository {
  const { name, description, stars, created, release, by, compressedBytes, sizeBytes, commands } = tools
  return {
    name,
    description,
    stars,
    tags: ['latest'],
    image(tag) {
      const base = tag === 'latest' ? (tools.base ?? alpine).image(release) : undefined
      if (!base) return undefined
      const build: NonNullable<ImageSpec['steps'][number]['layer']>['build'] = (tree) => {
        for (const command of commands) tree.mainCommand(command, `/usr/bin/${command}`)
        for (const [path, text] of Object.entries(tools.scripts ?? {})) tree.script(path, text)
      }
      const spec = {
        id: name,
        compressedBytes,
        sizeBytes,
        created,
        build,
        mergedUsr: false,
        bulk: ['/usr/lib/tools.bin'],
      }
      const config = { ...base.config, ...tools.config }
      return {
        created,
        config,
        steps: [
          ...base.steps,
          layer(by, { ...spec, flavour: tools.base ? 'gnu' : 'busybox' }),
          ...configSteps(created, tools.config),
        ],
      }
    },
  }
}
