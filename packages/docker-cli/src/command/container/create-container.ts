import { requireSigned } from '../content-trust.ts'
import { type ContainerCreateResponse, isNotFound } from '@drydock/docker-api'
import { writeFile } from '@drydock/libc'
import { type Cli, CliError, familiar, parseReference, tagged } from '@drydock/cli-plugin'
import { checkPlatform } from '../../session/platform.ts'
import { pullImage } from '../image/pull-image.ts'
import type { ContainerRequest } from './container-config.ts'
import { pathExists } from '../path-exists.ts'

export interface CreateSettings {
  readonly name: string
  readonly platform: string
  /** always, missing, never. */
  readonly pull: string
  readonly quiet: boolean
}

const POLICIES = ['always', 'missing', 'never']

/** Creates the container; an image that is missing is pulled first. @throws CliError, ApiError */
export async function createContainer(
  cli: Cli,
  request: ContainerRequest,
  settings: CreateSettings,
  trusted = false,
): Promise<ContainerCreateResponse> {
  if (!POLICIES.includes(settings.pull))
    throw new CliError(`invalid pull option: '${settings.pull}': must be one of "always", "missing" or "never"`)
  const platform = settings.platform || (cli.env.get('DOCKER_DEFAULT_PLATFORM') ?? '')
  checkPlatform(platform)
  const cidFile = request.hostConfig.ContainerIDFile ?? ''
  if (cidFile !== '' && pathExists(cli, cidFile))
    throw new CliError(`container ID file found, make sure the other container isn't running or delete ${cidFile}`)
  const image = request.config.Image ?? ''
  const pull = (): Promise<void> =>
    pullImage(cli, tagged(parseReference(image)), { platform, quiet: settings.quiet, fd: 2 })
  const reference = isImageId(image) ? undefined : parseReference(image)
  if (trusted && reference) requireSigned(cli, reference)
  if (settings.pull === 'always') await pull()
  const created = await createOrPull(cli, request, { ...settings, platform }, pull)
  for (const warning of created.Warnings ?? []) await cli.warn(`WARNING: ${warning}\n`)
  if (cidFile !== '') await writeFile(cli.sys, cidFile, created.Id)
  return created
}

const isImageId = (image: string): boolean => /^(sha256:)?[0-9a-f]{64}$/.test(image)

async function createOrPull(
  cli: Cli,
  request: ContainerRequest,
  settings: CreateSettings,
  pull: () => Promise<void>,
): Promise<ContainerCreateResponse> {
  const body = {
    ...request.config,
    HostConfig: request.hostConfig,
    NetworkingConfig: { EndpointsConfig: request.endpoints },
  }
  const create = (): Promise<ContainerCreateResponse> =>
    cli.client.containers.create(body, { name: settings.name, platform: settings.platform })
  try {
    return await create()
  } catch (error) {
    // Whatever the engine did not find, the image is pulled: the client can't tell which it was.
    if (!isNotFound(error) || isImageId(request.config.Image ?? '') || settings.pull !== 'missing') throw error
    if (!settings.quiet) await cli.warn(`Unable to find image '${nameOf(request.config.Image ?? '')}' locally\n`)
    await pull()
    return create()
  }
}

const nameOf = (image: string): string => (isImageId(image) ? image : familiar(tagged(parseReference(image))))
