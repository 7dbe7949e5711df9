import { atMost, defineCommand, HUB_SERVER } from '@drydock/cli-plugin'

export const logout = defineCommand({
  name: 'logout',
  use: 'logout [SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  group: 'common',
  rank: 9,
  args: atMost(1),
  completes: ['files'],
  flags: {},
  async run({ cli, args }) {
    const server = args[0] === undefined || args[0] === 'docker.io' ? HUB_SERVER : args[0]
    await cli.print(`Removing login credentials for ${server}\n`)
    if (!cli.config.eraseAuth(server)) return
    await cli.config.save()
  },
})
