import { bool, defineCommand, exactly, noun, string } from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const checkpointCreate = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] CONTAINER CHECKPOINT',
  short: 'Create a checkpoint from a running container',
  args: exactly(2),
  flags: {
    'checkpoint-dir': string('', 'Use a custom checkpoint storage directory'),
    'leave-running': bool('', 'Leave the container running after checkpoint'),
  },
  run: ({ path }) => notHere(path),
})

const checkpointLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS] CONTAINER',
  short: 'List checkpoints for a container',
  aliasLine: 'docker checkpoint ls, docker checkpoint list',
  args: exactly(1),
  flags: {
    'checkpoint-dir': string('', 'Use a custom checkpoint storage directory'),
  },
  run: ({ path }) => notHere(path),
})

const checkpointRm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] CONTAINER CHECKPOINT',
  short: 'Remove a checkpoint',
  aliasLine: 'docker checkpoint rm, docker checkpoint remove',
  args: exactly(2),
  flags: {
    'checkpoint-dir': string('', 'Use a custom checkpoint storage directory'),
  },
  run: ({ path }) => notHere(path),
})

export const checkpoint = noun({
  name: 'checkpoint',
  short: 'Manage checkpoints',
  group: 'management',
  needs: 'experimental',
  lacks: 'checkpoints of containers',
  children: [checkpointCreate, checkpointLs, checkpointRm],
})
