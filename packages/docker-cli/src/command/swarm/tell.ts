import type { Cli } from '@drydock/cli-plugin'
import type { NodeRole } from '@drydock/docker-api'

/** How other machines come in. */
export async function tellJoinCommand(cli: Cli, nodeId: string, role: NodeRole): Promise<void> {
  const node = await cli.client.nodes.inspect(nodeId)
  const { JoinTokens } = await cli.client.swarm.inspect()
  // Only a manager can answer here, and only managers have the address.
  if (!node.ManagerStatus) return
  const token = role === 'worker' ? JoinTokens.Worker : JoinTokens.Manager
  await cli.print(
    `To add a ${role} to this swarm, run the following command:\n\n    docker swarm join --token ${token} ${node.ManagerStatus.Addr}\n\n`,
  )
}

export async function tellUnlockKey(cli: Cli, key: string): Promise<void> {
  if (key !== '')
    await cli.print(
      `To unlock a swarm manager after it restarts, run the \`docker swarm unlock\`\ncommand and provide the following key:\n\n    ${key}\n\nRemember to store this key in a password manager, since without it you\nwill not be able to restart the manager.\n`,
    )
}
