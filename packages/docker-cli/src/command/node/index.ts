import { noun } from '@drydock/cli-plugin'
import { inspect } from './inspect.ts'
import { ls } from './ls.ts'
import { ps } from './ps.ts'
import { rm } from './rm.ts'
import { demote, promote } from './roles.ts'
import { update } from './update.ts'

export const node = noun({
  name: 'node',
  short: 'Manage Swarm nodes',
  group: 'swarm',
  needs: 'manager',
  children: [demote, inspect, ls, promote, ps, rm, update],
})
