import { atLeast, type Cli, defineCommand } from '@drydock/cli-plugin'
import type { NodeRole } from '@drydock/docker-api'
import { updateNodes } from './update-nodes.ts'

const become = (cli: Cli, names: readonly string[], role: NodeRole, done: (name: string) => string): Promise<void> =>
  updateNodes(
    cli,
    names,
    async (node) => {
      if (node.Spec.Role !== role) return { ...node.Spec, Role: role }
      await cli.print(`Node ${node.ID} is already a ${role}.\n`)
      return undefined
    },
    done,
  )

export const promote = defineCommand({
  name: 'promote',
  use: 'promote NODE [NODE...]',
  short: 'Promote one or more nodes to manager in the swarm',
  args: atLeast(1),
  completes: ['nodes'],
  flags: {},
  run: ({ cli, args }) => become(cli, args, 'manager', (name) => `Node ${name} promoted to a manager in the swarm.`),
})

export const demote = defineCommand({
  name: 'demote',
  use: 'demote NODE [NODE...]',
  short: 'Demote one or more nodes from manager in the swarm',
  args: atLeast(1),
  completes: ['nodes'],
  flags: {},
  run: ({ cli, args }) => become(cli, args, 'worker', (name) => `Manager ${name} demoted in the swarm.`),
})
