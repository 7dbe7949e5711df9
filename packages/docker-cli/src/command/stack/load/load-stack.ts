import { type Cli, CliError } from '@drydock/cli-plugin'
import { isMapping, type Mapping, readYaml, type Tree } from '@drydock/cli-plugin/compose-file'
import { readAll, readTextFile } from '@drydock/libc'
import { isErrno } from '@drydock/abi'
import { absolute } from '../../container/volume-flags.ts'
import { composeFile, type StackFile } from './compose-format.ts'
import { interpolate } from './interpolate.ts'
import { tell, worst } from './kinds.ts'
import { mergeFiles } from './merge.ts'
import { settle } from './settle.ts'

const NEWEST = '3.13'
/** Where an unnamed version stands. */
const normal = (version: string): string => (version === '' || version === '3' ? NEWEST : version)
const minorOf = (version: string): number => {
  const minor = /^3\.(\d+)$/.exec(normal(version))?.[1]
  if (minor !== undefined && Number(minor) <= 13) return Number(minor)
  throw new CliError(`unsupported Compose file version: ${normal(version)}`)
}

/** The files of one stack as one, and the trees they were read from. */
export interface LoadedStack {
  readonly file: StackFile
  readonly trees: readonly Mapping[]
  readonly folder: string
}

/** @param skipInterpolation variables stay as they are @throws CliError */
export async function loadStack(cli: Cli, names: readonly string[], skipInterpolation = false): Promise<LoadedStack> {
  const [first] = names
  if (first === undefined) throw new CliError('Specify a Compose file (with --compose-file)')
  const cwd = cli.sys.getcwd()
  const folder = first === '-' ? cwd : absolute(`${first.replace(/[^/]*$/, '')}.`, cwd)
  const trees: Mapping[] = []
  for (const name of names) trees.push(await readTree(cli, name))
  const version = versionOf(trees[0] ?? new Map())
  const files: StackFile[] = []
  for (const tree of trees) files.push(await readFile(cli, tree, { version, folder, skipInterpolation }))
  return { file: mergeFiles(files), trees, folder }
}

async function readTree(cli: Cli, name: string): Promise<Mapping> {
  const [document] = readYaml(await readText(cli, name)).documents
  const tree = document?.tree
  if (!isMapping(tree)) throw new CliError('top-level object must be a mapping')
  return tree
}

async function readText(cli: Cli, name: string): Promise<string> {
  if (name === '-') return new TextDecoder().decode(await readAll(cli.sys, 0))
  try {
    return await readTextFile(cli.sys, name)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${name}: ${error.message.toLowerCase()}`)
  }
}

function versionOf(tree: Mapping): string {
  const version = tree.get('version') ?? null
  if (version === null) return NEWEST
  return typeof version === 'string' ? normal(version) : NEWEST
}

interface Reading {
  readonly version: string
  readonly folder: string
  readonly skipInterpolation: boolean
}
async function readFile(cli: Cli, tree: Mapping, how: Reading): Promise<StackFile> {
  const version = versionOf(tree)
  if (version !== how.version)
    throw new CliError(`version mismatched between two composefiles : ${how.version} and ${version}`)
  refuseForbidden(tree)
  const filled = how.skipInterpolation ? tree : interpolate(tree, (name) => cli.env.get(name))
  const problem = worst(composeFile.check(filled, [], minorOf(version)))
  if (problem) throw new CliError(tell(problem))
  return settle(cli, { ...composeFile.read(filled), version }, { folder: how.folder, minor: minorOf(version) })
}

const LIMITS = 'Set resource limits using deploy.resources'
const FORBIDDEN: Readonly<Record<string, string>> = {
  extends: 'Support for `extends` is not implemented yet.',
  volume_driver:
    'Instead of setting the volume driver on the service, define a volume using the top-level `volumes` option and specify the driver there.',
  volumes_from:
    'To share a volume between services, define it using the top-level `volumes` option and reference it from each service that shares it using the service-level `volumes` option.',
  cpu_quota: LIMITS,
  cpu_shares: LIMITS,
  cpuset: LIMITS,
  mem_limit: LIMITS,
  memswap_limit: LIMITS,
}
const DEPRECATED: Readonly<Record<string, string>> = {
  container_name: 'Setting the container name is not supported.',
  expose:
    "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
}
const UNSUPPORTED =
  'build cgroupns_mode cgroup_parent devices domainname external_links ipc links mac_address network_mode pid privileged restart security_opt shm_size userns_mode'.split(
    ' ',
  )

const servicesIn = (tree: Mapping): Mapping[] => {
  const services: Tree = tree.get('services') ?? null
  return isMapping(services) ? [...services.values()].filter(isMapping) : []
}
/** Those of `names` that any service has, in order. */
const used = (trees: readonly Mapping[], names: readonly string[]): string[] => {
  const services = trees.flatMap(servicesIn)
  return names.filter((name) => services.some((service) => service.has(name))).toSorted()
}
const notes = (names: readonly string[], words: Readonly<Record<string, string>>): string =>
  names.map((name) => `${name}: ${words[name]}`).join('\n\n')

function refuseForbidden(tree: Mapping): void {
  const found = used([tree], Object.keys(FORBIDDEN))
  if (found.length > 0) throw new CliError(`Compose file contains unsupported options:\n\n${notes(found, FORBIDDEN)}\n`)
}

/** What is in the files and means nothing to a swarm. */
export async function warnOfIgnored(cli: Cli, trees: readonly Mapping[]): Promise<void> {
  const unsupported = used(trees, UNSUPPORTED)
  if (unsupported.length > 0) await cli.warn(`Ignoring unsupported options: ${unsupported.join(', ')}\n\n`)
  const deprecated = used(trees, Object.keys(DEPRECATED))
  if (deprecated.length > 0) await cli.warn(`Ignoring deprecated options:\n\n${notes(deprecated, DEPRECATED)}\n\n`)
}
