import { noun } from '@drydock/cli-plugin'
import { ca } from './ca.ts'
import { init } from './init.ts'
import { join } from './join.ts'
import { joinToken } from './join-token.ts'
import { leave } from './leave.ts'
import { unlock } from './unlock.ts'
import { unlockKey } from './unlock-key.ts'
import { update } from './update.ts'

export const swarm = noun({
  name: 'swarm',
  short: 'Manage Swarm',
  group: 'swarm',
  children: [ca, init, join, joinToken, leave, unlock, unlockKey, update],
})
