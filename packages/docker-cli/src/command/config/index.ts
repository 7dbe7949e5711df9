import { noun } from '@drydock/cli-plugin'
import { create } from './create.ts'
import { inspect } from './inspect.ts'
import { ls } from './ls.ts'
import { rm } from './rm.ts'

export const config = noun({
  name: 'config',
  short: 'Manage Swarm configs',
  group: 'swarm',
  needs: 'manager',
  children: [create, inspect, ls, rm],
})
