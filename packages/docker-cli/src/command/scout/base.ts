import type { Cli } from '@drydock/cli-plugin'
import type { Looked } from './look.ts'

/** The image below: of those that are here the one whose layers this one begins with most of. */
export async function baseOf(cli: Cli, { layers, id }: Looked): Promise<string | undefined> {
  let [best, most]: [string | undefined, number] = [undefined, 0]
  for (const { Id, RepoTags } of await cli.client.images.list()) {
    const [name] = RepoTags ?? []
    if (name === undefined || Id.slice(7, 19) === id) continue
    const own = (await cli.client.images.inspect(Id)).RootFS.Layers ?? []
    const below = own.length > most && own.length < layers.length && own.every((each, i) => each === layers[i])
    if (below) [best, most] = [name, own.length]
  }
  return best
}
