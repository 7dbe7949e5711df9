import { bool, CliError, defineCommand, noArgs } from '@drydock/cli-plugin'
import { tellUnlockKey } from './tell.ts'

export const unlockKey = defineCommand({
  name: 'unlock-key',
  use: 'unlock-key [OPTIONS]',
  short: 'Manage the unlock key',
  needs: 'manager',
  args: noArgs,
  flags: {
    quiet: bool('q', 'Only display token'),
    rotate: bool('', 'Rotate unlock key'),
  },
  async run({ cli, flags }) {
    if (flags.rotate) {
      const { Version, Spec } = await cli.client.swarm.inspect()
      if (!Spec.EncryptionConfig?.AutoLockManagers)
        throw new CliError('cannot rotate because autolock is not turned on')
      await cli.client.swarm.update({ version: Version.Index ?? 0, rotateManagerUnlockKey: true }, Spec)
      if (!flags.quiet) await cli.print('Successfully rotated manager unlock key.\n\n')
    }
    const { UnlockKey } = await cli.client.swarm.unlockKey()
    if (UnlockKey === '') throw new CliError('no unlock key is set')
    if (flags.quiet) await cli.print(`${UnlockKey}\n`)
    else await tellUnlockKey(cli, UnlockKey)
  },
})
