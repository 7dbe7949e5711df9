import { anyArgs, bool, CliError, string } from '@drydock/cli-plugin'
import { writeFile } from '@drydock/libc'
import type { Backend } from '../engine/backend.ts'
import { serviceHash } from '../engine/hash.ts'
import { imageOf, type Project } from '../load/project.ts'
import { joinPath } from '../load/resolve-paths.ts'
import { isList, isMapping, type Tree, variablesIn } from '@drydock/cli-plugin/compose-file'
import { jsonText, toJson, yamlText } from '../model/marshal.ts'
import type { ComposeCli, ProjectWishes } from '../session/compose-cli.ts'
import { lockedTree, pinImages, pinnedTree } from './image-digests.ts'
import { composeCommand } from './define.ts'
import { table } from './listing-commands.ts'

const flags = {
  environment: bool('', 'Print environment used for interpolation.'),
  format: string('', 'Format the output. Values: [yaml | json]'),
  hash: string('', 'Print the service config hash, one per line.'),
  images: bool('', 'Print the image names, one per line.'),
  'lock-image-digests': bool('', 'Produces an override file with image digests'),
  'no-consistency': bool('', "Don't check model consistency - warning: may produce invalid Compose output"),
  'no-env-resolution': bool('', "Don't resolve service env files"),
  'no-interpolate': bool('', "Don't interpolate environment variables"),
  'no-normalize': bool('', "Don't normalize compose model"),
  'no-path-resolution': bool('', "Don't resolve file paths"),
  output: string('o', 'Save to file (default to stdout)'),
  profiles: bool('', 'Print the profile names, one per line.'),
  quiet: bool('q', "Only validate the configuration, don't print anything"),
  'resolve-image-digests': bool('', 'Pin image tags to digests'),
  services: bool('', 'Print the service names, one per line.'),
  variables: bool('', 'Print model variables and default values.'),
  volumes: bool('', 'Print the volume names, one per line.'),
} as const

/** The project as `config` prints it, before it is text. */
export function toDocument(project: Project): object {
  const sections = ['networks', 'volumes', 'secrets', 'configs', 'models'] as const
  return {
    ...(project.name === '' ? {} : { name: project.name }),
    services: project.services,
    ...Object.fromEntries(sections.flatMap((name) => (project[name].size > 0 ? [[name, project[name]]] : []))),
    ...Object.fromEntries(project.extensions),
  }
}
const asJson = (project: Project): string => {
  const { name = '', services, ...rest } = toDocument(project) as { name?: string; services: unknown }
  return jsonText(toJson(new Map<string, unknown>(Object.entries({ name, services, ...rest }))), '  ')
}

const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('')

async function volumeNames(cli: ComposeCli): Promise<string> {
  return lines([...(await cli.project()).volumes.keys()])
}
async function profileNames(cli: ComposeCli): Promise<string> {
  const project = await cli.project()
  const all = [...project.services.values(), ...project.disabled.values()]
  return lines([...new Set(all.flatMap(({ profiles }) => profiles ?? []))].toSorted())
}
async function imageNames(cli: ComposeCli, services: readonly string[]): Promise<string> {
  const project = await cli.project({ services })
  return lines([...project.services].map(([name, service]) => imageOf(project, name, service)))
}
async function hashes(cli: ComposeCli, wanted: string): Promise<string> {
  const project = await cli.project()
  const names = (wanted === '*' ? [...project.services.keys()] : wanted.split(',')).toSorted()
  return lines(
    names.map((name) => {
      const service = project.services.get(name)
      if (!service) throw new CliError(`no such service: ${name}: not found`)
      return `${name} ${serviceHash(service)}`
    }),
  )
}
async function variables(cli: ComposeCli): Promise<string> {
  const tree = await cli.tree({ noInterpolate: true })
  const found = new Map<string, readonly string[]>()
  const visit = (value: Tree): void => {
    if (isMapping(value)) for (const each of value.values()) visit(each)
    if (isList(value)) for (const each of value) visit(each)
    if (typeof value === 'string')
      for (const { name, required, defaultValue, alternative } of variablesIn(value))
        if (!found.has(name)) found.set(name, [name, String(required), defaultValue, alternative])
  }
  visit(tree)
  return table(['NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'], [...found.values()])
}

/** Names of services, each after those it needs. */
async function serviceNames(cli: ComposeCli): Promise<string> {
  const project = await cli.project()
  const ordered = new Set<string>()
  const add = (name: string): void => {
    for (const other of project.services.get(name)?.depends_on?.keys() ?? [])
      if (project.services.has(other)) add(other)
    ordered.add(name)
  }
  for (const name of project.services.keys()) add(name)
  return lines([...ordered])
}

interface Rendering extends ProjectWishes {
  readonly format: string
  /** Images get their digests. */
  readonly pin: boolean
  /** Nothing but the images is told. */
  readonly lock: boolean
}

async function document(cli: ComposeCli, backend: Backend, wishes: Rendering): Promise<string> {
  const format = wishes.format || 'yaml'
  if (format !== 'yaml' && format !== 'json') throw new CliError(`unsupported format ${JSON.stringify(format)}`)
  if (wishes.noInterpolate) {
    const whole = await cli.tree(wishes)
    await cli.settle()
    const pinned = wishes.pin ? await pinnedTree(backend, whole) : whole
    const tree = wishes.lock ? lockedTree(pinned) : pinned
    return format === 'json' ? jsonText(toJson(tree), '  ') : yamlText(tree)
  }
  const whole = await cli.project(wishes)
  const pinned = wishes.pin ? await pinImages(backend, whole) : whole
  const project = wishes.lock ? imagesOnly(pinned) : pinned
  const text = format === 'json' ? `${asJson(project)}\n` : yamlText(toDocument(project))
  return text.replaceAll('$', '$$$$')
}

/** For an override file: of each service its image, and nothing else. */
function imagesOnly(project: Project): Project {
  const services = [...project.services].map(
    ([name, { image }]) => [name, image === undefined ? {} : { image }] as const,
  )
  const none = new Map<string, never>()
  return {
    ...project,
    name: '',
    services: new Map(services),
    ...{ networks: none, volumes: none, secrets: none, configs: none, models: none, extensions: none },
  }
}

export const config = composeCommand({
  name: 'config',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Parse, resolve and render compose file in canonical format',
  args: anyArgs,
  flags,
  async run({ cli, backend, args, flags: wanted }) {
    if (wanted.services) return cli.print(await serviceNames(cli))
    if (wanted.volumes) return cli.print(await volumeNames(cli))
    if (wanted.hash !== '') return cli.print(await hashes(cli, wanted.hash))
    if (wanted.profiles) return cli.print(await profileNames(cli))
    if (wanted.images) return cli.print(await imageNames(cli, args))
    if (wanted.variables) return cli.print(await variables(cli))
    if (wanted.environment) {
      const { environment } = await cli.project()
      return cli.print(lines([...environment].map(([name, value]) => `${name}=${value}`).toSorted()))
    }
    const text = await document(cli, backend, {
      services: args,
      format: wanted.format,
      keepEnvFiles: wanted['no-env-resolution'],
      noInterpolate: wanted['no-interpolate'],
      noPathResolution: wanted['no-path-resolution'],
      noNormalize: wanted['no-normalize'] || cli.root.compatibility,
      noConsistency: wanted['no-consistency'],
      pin: wanted['resolve-image-digests'] || wanted['lock-image-digests'],
      lock: wanted['lock-image-digests'],
    })
    if (wanted.quiet) return
    if (wanted.output === '') return cli.print(text)
    await writeFile(cli.sys, joinPath(cli.sys.getcwd(), wanted.output), text)
  },
})

/** The old name. */
export const convert = {
  ...config,
  name: 'convert',
  use: 'convert [OPTIONS] [SERVICE...]',
  short: "Converts the compose file to platform's canonical format",
  hidden: true,
}
