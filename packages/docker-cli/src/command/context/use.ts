import { defineCommand } from '@drydock/cli-plugin'
import { readContext } from './docker-endpoint.ts'
import { warnOfHost } from './ls.ts'

export const use = defineCommand({
  name: 'use',
  use: 'use CONTEXT',
  short: 'Set the current docker context',
  args: (args) => (args.length === 1 ? undefined : { bare: `accepts 1 arg(s), received ${args.length}` }),
  completes: ['contexts', 'none'],
  flags: {},
  async run({ cli, args }) {
    const [name = ''] = args
    await readContext(cli, name)
    const before = cli.config.values.currentContext
    if (name === 'default') delete cli.config.values.currentContext
    else cli.config.values.currentContext = name
    if (before !== cli.config.values.currentContext) await cli.config.save()
    await cli.print(`${name}\n`)
    await cli.warn(`Current context is now ${JSON.stringify(name)}\n`)
    if (name !== 'default') await warnOfHost(cli, JSON.stringify(name))
  },
})
