import { noun } from '@drydock/cli-plugin'
import { df } from './df.ts'
import { dialStdio } from './dial-stdio.ts'
import { events } from './events.ts'
import { info } from './info.ts'
import { prune } from './prune.ts'

export const system = noun({
  name: 'system',
  short: 'Manage Docker',
  group: 'management',
  children: [df, dialStdio, events, info, prune],
})
