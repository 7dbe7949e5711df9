import { noun } from '@drydock/cli-plugin'
import { create } from './create.ts'
import { inspect } from './inspect.ts'
import { ls } from './ls.ts'
import { prune } from './prune.ts'
import { rm } from './rm.ts'
import { update } from './update.ts'

export const volume = noun({
  name: 'volume',
  operands: 'COMMAND',
  short: 'Manage volumes',
  group: 'management',
  children: [create, inspect, ls, prune, rm, update],
})
