import { defineCommand, HelpWanted, noArgs } from '@drydock/cli-plugin'
import { autolock, mergeSpec, specFlags } from './spec-flags.ts'
import { tellUnlockKey } from './tell.ts'

export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS]',
  short: 'Update the swarm',
  needs: 'manager',
  args: noArgs,
  flags: { ...specFlags, autolock: autolock('Change manager autolocking setting (true|false)') },
  async run({ cli, flags, changed }) {
    if (changed.size === 0) throw new HelpWanted(false)
    const { Version, Spec, TLSInfo } = await cli.client.swarm.inspect()
    const wasLocking = Spec.EncryptionConfig?.AutoLockManagers ?? false
    const spec = mergeSpec(Spec, flags, changed, TLSInfo.TrustRoot)
    await cli.client.swarm.update({ version: Version.Index ?? 0 }, spec)
    await cli.print('Swarm updated.\n')
    if (!wasLocking && spec.EncryptionConfig?.AutoLockManagers)
      await tellUnlockKey(cli, (await cli.client.swarm.unlockKey()).UnlockKey)
  },
})
