import { noun } from '@drydock/cli-plugin'
import { build } from './build.ts'
import { history } from './history.ts'
import { importCommand } from './import.ts'
import { inspect } from './inspect.ts'
import { load } from './load.ts'
import { ls } from './ls.ts'
import { prune } from './prune.ts'
import { pull } from './pull.ts'
import { push } from './push.ts'
import { rm } from './rm.ts'
import { save } from './save.ts'
import { tag } from './tag.ts'

export const image = noun({
  name: 'image',
  short: 'Manage images',
  group: 'management',
  children: [build, history, importCommand, inspect, load, ls, prune, pull, push, rm, save, tag],
})
