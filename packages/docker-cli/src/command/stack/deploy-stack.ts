import { isErrno } from '@drydock/abi'
import { type Cli, CliError, isProblem, problemText } from '@drydock/cli-plugin'
import { type ConfigSpec, isNotFound, type SecretSpec, type Service, type ServiceSpec } from '@drydock/docker-api'
import { readFile } from '@drydock/libc'
import { toBase64 } from '../read-content.ts'
import { waitOnService } from '../service/convergence.ts'
import { authOf, pinImage, withTag } from '../service/image-digest.ts'
import { some } from '../service/some.ts'
import { convertNetworks, convertService } from './convert.ts'
import type { StackFile, StackFileObject } from './load/compose-format.ts'
import { IMAGE_LABEL, scoped, withStack } from './namespace.ts'
import { networksOf, servicesOf } from './objects.ts'
import { removeAll, serviceRemovals } from './remove-objects.ts'

export interface DeploySettings {
  /** `always`, `changed` or `never`. */
  readonly resolve: string
  readonly prune: boolean
  readonly sendAuth: boolean
  /** Undefined: tasks come up by themselves. */
  readonly wait: { readonly quiet: boolean } | undefined
}

/** Brings the swarm to what the file says: networks, secrets, configs, then services. @throws CliError */
export async function deployStack(cli: Cli, stack: string, file: StackFile, settings: DeploySettings): Promise<void> {
  if (settings.prune) await prune(cli, stack, file)
  await createNetworks(cli, stack, file)
  await createSecrets(cli, stack, file)
  await createConfigs(cli, stack, file)
  const specs: [string, ServiceSpec][] = []
  for (const [name, service] of file.services ?? [])
    specs.push([name, await inService(name, () => convertService(cli, stack, name, service, file))])
  const ids = await deployServices(cli, stack, specs, settings)
  if (settings.wait) await waitOn(cli, ids, settings.wait.quiet)
}

async function inService<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(`service ${name}: ${problemText(error)}`)
  }
}

async function prune(cli: Cli, stack: string, { services }: StackFile): Promise<void> {
  const wanted = new Set([...(services?.keys() ?? [])].map((name) => scoped(stack, name)))
  const gone = (await servicesOf(cli, stack)).filter(({ Spec }) => !wanted.has(Spec.Name ?? ''))
  await removeAll(cli, serviceRemovals(cli, gone))
}

async function failing<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(`failed to ${what}: ${problemText(error)}`)
  }
}

async function createNetworks(cli: Cli, stack: string, file: StackFile): Promise<void> {
  const { networks, external } = convertNetworks(stack, file)
  for (const name of external) await checkExternal(cli, name)
  const there = new Set((await networksOf(cli, stack)).map(({ Name }) => Name))
  for (const [Name, body] of networks) {
    if (there.has(Name)) continue
    await cli.print(`Creating network ${Name}\n`)
    await failing(`create network ${Name}`, () => cli.client.networks.create({ Name, ...body }))
  }
}

/** Networks that every node has by itself. */
const EVERYWHERE = ['default', 'bridge', 'host', 'none']
async function checkExternal(cli: Cli, name: string): Promise<void> {
  if (EVERYWHERE.includes(name)) return
  const lead = `network ${JSON.stringify(name)} is declared as external, but`
  const network = await cli.client.networks.inspect(name).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
    throw new CliError(
      `${lead} could not be found. You need to create a swarm-scoped network before the stack is deployed`,
    )
  })
  if (network.Scope !== 'swarm')
    throw new CliError(`${lead} it is not in the right scope: ${JSON.stringify(network.Scope)} instead of "swarm"`)
}

const own = (objects: ReadonlyMap<string, StackFileObject> | undefined): [string, StackFileObject][] =>
  [...(objects ?? [])].filter(([, { external }]) => !external?.external)

async function dataOf(cli: Cli, file = ''): Promise<string> {
  try {
    return toBase64(await readFile(cli.sys, file))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${file}: ${error.message.toLowerCase()}`)
  }
}

async function createSecrets(cli: Cli, stack: string, { secrets }: StackFile): Promise<void> {
  const specs: SecretSpec[] = []
  for (const [name, secret] of own(secrets))
    specs.push({
      ...(await specOf(cli, stack, name, secret)),
      ...(secret.driver
        ? {
            Driver: {
              Name: secret.driver,
              ...some('Options', secret.driver_opts && Object.fromEntries(secret.driver_opts)),
            },
          }
        : {}),
    })
  for (const spec of specs) await put(cli, 'secret', spec, cli.client.secrets)
}

async function createConfigs(cli: Cli, stack: string, { configs }: StackFile): Promise<void> {
  const specs: ConfigSpec[] = []
  for (const [name, config] of own(configs)) specs.push(await specOf(cli, stack, name, config))
  for (const spec of specs) await put(cli, 'config', spec, cli.client.configs)
}

async function specOf(cli: Cli, stack: string, name: string, object: StackFileObject): Promise<ConfigSpec> {
  return {
    Name: object.name || scoped(stack, name),
    Labels: withStack(stack, object.labels),
    ...(object.driver ? {} : { Data: await dataOf(cli, object.file) }),
    ...(object.template_driver ? { Templating: { Name: object.template_driver } } : {}),
  }
}

interface Shelf<S> {
  inspect(name: string): Promise<{ ID: string; Version: { Index?: number } }>
  create(spec: S): Promise<unknown>
  update(id: string, version: number, spec: S): Promise<void>
}
/** What is there is brought up to date: its labels may change, its content may not. */
async function put<S extends { Name: string }>(cli: Cli, noun: string, spec: S, shelf: Shelf<S>): Promise<void> {
  const there = await shelf.inspect(spec.Name).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
    return undefined
  })
  if (there) return failing(`update ${noun} ${spec.Name}`, () => shelf.update(there.ID, there.Version.Index ?? 0, spec))
  await cli.print(`Creating ${noun} ${spec.Name}\n`)
  await failing(`create ${noun} ${spec.Name}`, () => shelf.create(spec))
}

async function deployServices(
  cli: Cli,
  stack: string,
  specs: readonly [string, ServiceSpec][],
  settings: DeploySettings,
): Promise<string[]> {
  const there = new Map((await servicesOf(cli, stack)).map((service) => [service.Spec.Name, service]))
  const ids: string[] = []
  for (const [, spec] of specs) {
    const service = there.get(spec.Name)
    ids.push(await (service ? updateOne(cli, service, spec, settings) : createOne(cli, spec, settings)))
  }
  return ids
}

const imageOf = (spec: ServiceSpec): string => spec.TaskTemplate.ContainerSpec?.Image ?? ''
function withImage(spec: ServiceSpec, Image: string): ServiceSpec {
  const task = spec.TaskTemplate
  return { ...spec, TaskTemplate: { ...task, ContainerSpec: { ...task.ContainerSpec, Image } } }
}

async function createOne(cli: Cli, spec: ServiceSpec, { resolve, sendAuth }: DeploySettings): Promise<string> {
  await cli.print(`Creating service ${spec.Name}\n`)
  const auth = sendAuth ? await authOf(cli, imageOf(spec)) : undefined
  const named = withImage(spec, withTag(imageOf(spec)))
  const { spec: pinned } = resolve === 'never' ? { spec: named } : await pinImage(cli, named, auth)
  const { ID } = await failing(`create service ${spec.Name}`, () => cli.client.services.create(pinned, auth))
  return ID
}

async function updateOne(
  cli: Cli,
  service: Service,
  spec: ServiceSpec,
  { resolve, sendAuth }: DeploySettings,
): Promise<string> {
  await cli.print(`Updating service ${spec.Name} (id: ${service.ID})\n`)
  const auth = sendAuth ? await authOf(cli, imageOf(spec)) : undefined
  const isSame = imageOf(spec) === service.Spec.Labels?.[IMAGE_LABEL]
  const asks = resolve === 'always' || (resolve === 'changed' && !isSame)
  // An image that is the same keeps the digest it got last time, lest tasks be started anew.
  const image = !asks && isSame ? imageOf(service.Spec) : imageOf(spec)
  const named = withImage(spec, withTag(image))
  const kept = {
    ...named,
    TaskTemplate: { ...named.TaskTemplate, ForceUpdate: service.Spec.TaskTemplate.ForceUpdate ?? 0 },
  }
  const pinned = asks ? await pinImage(cli, kept, auth) : { spec: kept }
  const query = { version: service.Version.Index ?? 0 }
  const { Warnings } = await failing(`update service ${spec.Name}`, () =>
    cli.client.services.update(service.ID, query, pinned.spec, auth),
  )
  const warnings = [...(Warnings ?? []), ...('warning' in pinned && pinned.warning ? [pinned.warning] : [])]
  for (const warning of warnings) await cli.warn(`${warning}\n`)
  return service.ID
}

async function waitOn(cli: Cli, ids: readonly string[], quiet: boolean): Promise<void> {
  const failures: string[] = []
  for (const id of ids)
    try {
      await waitOnService(cli, id, quiet)
    } catch (error) {
      if (!isProblem(error)) throw error
      failures.push(`${id}: ${problemText(error)}`)
    }
  if (failures.length > 0) throw new CliError(failures.join('\n'))
}
