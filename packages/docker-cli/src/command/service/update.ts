import { type Cli, CliError, defineCommand, exactly } from '@drydock/cli-plugin'
import type { ConfigReference, ContainerSpec, SecretReference, ServiceSpec } from '@drydock/docker-api'
import { waitOnService } from './convergence.ts'
import { asGoWrites } from './go-spec.ts'
import { authOf, pinImage, withTag } from './image-digest.ts'
import { resolveConfigs, resolveSecrets } from './references.ts'
import { type UpdateFlags, updateFlags } from './update-flags.ts'
import { updateSpec } from './update-spec.ts'

type Changed = ReadonlySet<string>
const WITH_ROLLBACK = ['rollback', 'detach', 'quiet']

export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] SERVICE',
  short: 'Update a service',
  args: exactly(1),
  completes: ['swarm services'],
  flags: updateFlags,
  async run({ cli, args, flags, changed }) {
    const [name = ''] = args
    const service = await cli.client.services.inspect(name)
    if (flags.rollback && [...changed].some((flag) => !WITH_ROLLBACK.includes(flag)))
      throw new CliError('other flags may not be combined with --rollback')
    const plain = await updateSpec(cli, service.Spec, flags, changed)
    const spec = await withFiles(cli, plain, flags, changed)
    const auth = flags['with-registry-auth'] ? await authOf(cli, imageOf(spec)) : undefined
    const pins = changed.has('image') && !flags['no-resolve-image']
    const pinned = pins ? await pinImage(cli, spec, auth) : { spec }
    const query = {
      ...(auth ? {} : { registryAuthFrom: 'spec' as const }),
      ...(flags.rollback ? { rollback: 'previous' as const } : {}),
      version: service.Version.Index ?? 0,
    }
    const { Warnings } = await cli.client.services.update(service.ID, query, asGoWrites(pinned.spec), auth)
    const warnings = [...(Warnings ?? []), ...('warning' in pinned && pinned.warning ? [pinned.warning] : [])]
    for (const warning of warnings) await cli.warn(`${warning}\n`)
    await cli.print(`${name}\n`)
    if (!flags.detach) await waitOnService(cli, name, flags.quiet)
  },
})

const imageOf = (spec: ServiceSpec): string => spec.TaskTemplate.ContainerSpec?.Image ?? ''

/** Secrets, configs and credentials, whose names have to be looked up. */
async function withFiles(cli: Cli, spec: ServiceSpec, flags: UpdateFlags, changed: Changed): Promise<ServiceSpec> {
  const container = spec.TaskTemplate.ContainerSpec ?? {}
  const secrets = await changeSecrets(cli, container, flags)
  const configs = await changeConfigs(cli, container, flags, changed)
  const ContainerSpec = {
    ...container,
    ...(changed.has('image') ? { Image: withTag(container.Image ?? '') } : {}),
    Secrets: secrets,
    Configs: configs,
    ...credentials(container, configs, flags, changed),
  }
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec } }
}

async function changeSecrets(cli: Cli, { Secrets }: ContainerSpec, flags: UpdateFlags): Promise<SecretReference[]> {
  const kept = (Secrets ?? []).filter(({ SecretName }) => !flags['secret-rm'].includes(SecretName))
  return [...kept, ...(await resolveSecrets(cli, flags['secret-add']))]
}

/** A config that holds credentials stays as long as they are in use. */
async function changeConfigs(
  cli: Cli,
  { Configs, Privileges }: ContainerSpec,
  flags: UpdateFlags,
  changed: Changed,
): Promise<ConfigReference[]> {
  const wanted = changed.has('credential-spec') ? (flags['credential-spec']?.Config ?? '') : ''
  const inUse = changed.has('credential-spec') ? '' : (Privileges?.CredentialSpec?.Config ?? '')
  const kept = (Configs ?? []).filter(({ Runtime, ConfigName, ConfigID }) =>
    Runtime ? ConfigName === wanted || ConfigID === inUse : !flags['config-rm'].includes(ConfigName),
  )
  const runtime = wanted === '' ? [] : [wanted]
  return [...kept, ...(await resolveConfigs(cli, flags['config-add'], runtime))]
}

function credentials(
  { Privileges }: ContainerSpec,
  configs: readonly ConfigReference[],
  flags: UpdateFlags,
  changed: Changed,
): Pick<ContainerSpec, 'Privileges'> {
  const given = flags['credential-spec']
  if (!changed.has('credential-spec') || !given) return {}
  if (Object.values(given).every((each) => each === ''))
    return Privileges ? { Privileges: { ...Privileges, CredentialSpec: null } } : {}
  const id = configs.find(({ ConfigName }) => ConfigName === given.Config)?.ConfigID ?? given.Config
  return { Privileges: { ...Privileges, CredentialSpec: { ...given, Config: id } } }
}
