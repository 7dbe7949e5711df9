import { defineCommand, noArgs, noun } from '@drydock/cli-plugin'
import { create } from './create.ts'
import { exportContext } from './export.ts'
import { importContext } from './import.ts'
import { inspect } from './inspect.ts'
import { ls } from './ls.ts'
import { rm } from './rm.ts'
import { update } from './update.ts'
import { use } from './use.ts'

const show = defineCommand({
  name: 'show',
  use: 'show',
  short: 'Print the name of the current context',
  args: noArgs,
  flags: {},
  run: ({ cli }) => cli.print(`${cli.context}\n`),
})

export const context = noun({
  name: 'context',
  short: 'Manage contexts',
  group: 'management',
  children: [create, exportContext, importContext, inspect, ls, rm, show, update, use],
})
