import type { Cli } from '@drydock/cli-plugin'
import type { Node, NodeSpec } from '@drydock/docker-api'

/**
 * Changes nodes one after the other, as `update`, `promote` and `demote` do; the first failure ends it.
 * @param change the new specification; undefined: nothing to do
 */
export async function updateNodes(
  cli: Cli,
  names: readonly string[],
  change: (node: Node) => NodeSpec | undefined | Promise<NodeSpec | undefined>,
  done: (name: string) => string,
): Promise<void> {
  for (const name of names) {
    const node = await cli.client.nodes.inspect(name)
    const spec = await change(node)
    if (!spec) continue
    await cli.client.nodes.update(node.ID, node.Version.Index ?? 0, spec)
    await cli.print(`${done(name)}\n`)
  }
}
