import { noun } from '@drydock/cli-plugin'
import { config } from './config.ts'
import { deploy } from './deploy.ts'
import { ls } from './ls.ts'
import { ps } from './ps.ts'
import { rm } from './rm.ts'
import { services } from './services.ts'

export const stack = noun({
  name: 'stack',
  operands: '[OPTIONS]',
  short: 'Manage Swarm stacks',
  group: 'swarm',
  needs: 'manager',
  children: [config, deploy, ls, ps, rm, services],
})
