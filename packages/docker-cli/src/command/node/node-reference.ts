import { type Cli, CliError } from '@drydock/cli-plugin'

/** `self` is the node of the engine that is asked. */
export async function nodeReference(cli: Cli, name: string): Promise<string> {
  if (name !== 'self') return name
  const { Swarm } = await cli.client.system.info()
  if (Swarm.NodeID) return Swarm.NodeID
  // A node without an id is none; what the engine says to that is the best of answers.
  await cli.client.nodes.list()
  throw new CliError('node ID not found in /info')
}
