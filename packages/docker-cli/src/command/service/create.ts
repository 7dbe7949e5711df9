import { atLeast, defineCommand } from '@drydock/cli-plugin'
import type { ServiceSpec } from '@drydock/docker-api'
import { waitOnService } from './convergence.ts'
import { createFlags } from './create-flags.ts'
import { createSpec } from './create-spec.ts'
import { authOf, pinImage, withTag } from './image-digest.ts'
import { resolveConfigs, resolveSecrets } from './references.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create a new service',
  interspersed: false,
  args: atLeast(1),
  flags: createFlags,
  async run({ cli, args, flags, changed }) {
    const plain = await createSpec(cli, flags, changed, args)
    const credential = flags['credential-spec']?.Config ?? ''
    const secrets = await resolveSecrets(cli, flags.secret)
    const configs = await resolveConfigs(cli, flags.config, credential === '' ? [] : [credential])
    const spec = withContainer(plain, {
      ...(secrets.length > 0 ? { Secrets: secrets } : {}),
      ...(configs.length > 0 ? { Configs: configs } : {}),
      Image: withTag(plain.TaskTemplate.ContainerSpec?.Image ?? ''),
    })
    const credentialId = configs.find(({ ConfigName }) => ConfigName === credential)?.ConfigID
    const named = credentialId === undefined ? spec : withCredential(spec, credentialId)
    const auth = flags['with-registry-auth'] ? await authOf(cli, args[0] ?? '') : undefined
    const pinned = flags['no-resolve-image'] ? { spec: named } : await pinImage(cli, named, auth)
    const { ID, Warnings } = await cli.client.services.create(pinned.spec, auth)
    const warnings = [...(Warnings ?? []), ...('warning' in pinned && pinned.warning ? [pinned.warning] : [])]
    for (const warning of warnings) await cli.warn(`${warning}\n`)
    await cli.print(`${ID}\n`)
    if (!flags.detach) await waitOnService(cli, ID, flags.quiet)
  },
})

function withContainer(
  spec: ServiceSpec,
  part: NonNullable<ServiceSpec['TaskTemplate']['ContainerSpec']>,
): ServiceSpec {
  const task = spec.TaskTemplate
  return { ...spec, TaskTemplate: { ...task, ContainerSpec: { ...task.ContainerSpec, ...part } } }
}

/** The API wants the id of the config that holds the credentials. */
function withCredential(spec: ServiceSpec, id: string): ServiceSpec {
  const privileges = spec.TaskTemplate.ContainerSpec?.Privileges
  return withContainer(spec, {
    Privileges: { ...privileges, CredentialSpec: { ...privileges?.CredentialSpec, Config: id } },
  })
}
