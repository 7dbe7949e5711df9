import { isErrno } from '@drydock/abi'
import { readAll, readTextFile } from '@drydock/libc'
import { anyArgs, bool, type Cli, CliError, defineCommand, list, string } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import { isCompose, readCompose } from './bake-compose.ts'
import { tellList } from './bake-list.ts'
import { type BakeFile, type BakeTarget, mergeFiles, readHcl, readJson } from './bake-file.ts'
import { type Resolved, resolveTargets } from './bake-targets.ts'
import { EvaluationError } from './hcl/evaluate.ts'
import { type BuildFlags, buildFlags, runBuild } from './build.ts'

const DEFAULT_FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.hcl',
  'docker-bake.override.json',
  'docker-bake.override.hcl',
]

const array = (short: string, usage: string) => list(short, usage, { type: 'stringArray' })

export const bake = defineCommand({
  name: 'bake',
  aliases: ['f'],
  use: 'bake [OPTIONS] [TARGET...]',
  short: 'Build from a file',
  args: anyArgs,
  lacks: 'remote definitions; targets are built one after the other',
  flags: {
    allow: array('', 'Allow build to access specified resources'),
    builder: string('', 'Override the configured builder instance'),
    call: string('', 'Set method for evaluating build ("check", "outline", "targets")', 'build'),
    check: bool('', 'Shorthand for "--call=check"'),
    file: array('f', 'Build definition file'),
    list: string('', 'List targets or variables'),
    load: bool('', 'Shorthand for "--set=*.output=type=docker"'),
    'metadata-file': string('', 'Write build result metadata to a file'),
    'no-cache': bool('', 'Do not use cache when building the image'),
    print: bool('', 'Print the options without building'),
    progress: string(
      '',
      'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
      'auto',
    ),
    provenance: string('', 'Shorthand for "--set=*.attest=type=provenance"'),
    pull: bool('', 'Always attempt to pull all referenced images'),
    push: bool('', 'Shorthand for "--set=*.output=type=registry"'),
    sbom: string('', 'Shorthand for "--set=*.attest=type=sbom"'),
    set: array('', 'Override target value (e.g., "targetpattern.key=value")'),
  },
  async run({ cli, args, flags }) {
    const file = await readFiles(cli, flags.file)
    if (flags.list !== '') return tellList(cli, file, flags.list)
    const { groups, targets } = resolve(file, args, cli, flags.set)
    if (flags.print) {
      await cli.print(
        `${JSON.stringify({ group: Object.fromEntries(groups), target: Object.fromEntries(targets) }, undefined, 2)}\n`,
      )
      return 0
    }
    const wishes: Partial<BuildFlags> = {
      progress: flags.progress,
      call: flags.call,
      check: flags.check,
      builder: flags.builder,
      ...(flags['no-cache'] ? { 'no-cache': true } : {}),
      ...(flags.pull ? { pull: true } : {}),
      ...(flags.provenance === '' ? {} : { provenance: flags.provenance }),
      ...(flags.sbom === '' ? {} : { sbom: flags.sbom }),
      'metadata-file': flags['metadata-file'],
    }
    return buildAll(cli, targets, { ...wishes, push: flags.push, load: flags.load })
  },
})

/** One after the other, those first that others build upon: what they come to is handed on as an image without a name. */
async function buildAll(
  cli: Cli,
  targets: ReadonlyMap<string, BakeTarget>,
  wishes: Partial<BuildFlags>,
): Promise<number> {
  const linked = new Map<string, string>()
  try {
    for (const name of ordered(targets)) {
      const target = targets.get(name) ?? {}
      const own = flagsOf(target, linked)
      const isBase = isLinked(name, targets)
      const made = { image: '' }
      const base = isBase && (target.output ?? []).includes('type=cacheonly')
      const given = base ? { ...own, ...wishes, push: false, load: false, output: [] } : { ...own, ...wishes }
      const extra = { inline: target['dockerfile-inline'], ...(isBase ? { handOn: made } : {}) }
      const status = await runBuild(cli, target.context ?? '.', given, extra)
      if (status !== 0) return status
      if (isBase) linked.set(name, made.image)
    }
    return 0
  } finally {
    for (const image of linked.values()) await forget(cli, image)
  }
}

const linksOf = ({ contexts = {} }: BakeTarget): string[] =>
  Object.values(contexts)
    .filter((place) => place.startsWith('target:'))
    .map((place) => place.slice('target:'.length))

const isLinked = (name: string, targets: ReadonlyMap<string, BakeTarget>): boolean =>
  [...targets.values()].some((target) => linksOf(target).includes(name))

function ordered(targets: ReadonlyMap<string, BakeTarget>): string[] {
  const order = new Set<string>()
  const visit = (name: string): void => {
    for (const link of linksOf(targets.get(name) ?? {})) if (!order.has(link)) visit(link)
    order.add(name)
  }
  for (const name of targets.keys()) visit(name)
  return [...order]
}

/** An image that was only there to be built upon. */
async function forget(cli: Cli, image: string): Promise<void> {
  try {
    const { RepoTags } = await cli.client.images.inspect(image)
    if ((RepoTags ?? []).length === 0) await cli.client.images.remove(image)
  } catch (error) {
    if (!(error instanceof Error)) throw error
  }
}

function resolve(file: BakeFile, names: readonly string[], cli: Cli, overrides: readonly string[]): Resolved {
  try {
    return resolveTargets(file, names, (name) => cli.env.get(name), overrides)
  } catch (error) {
    if (error instanceof EvaluationError) throw new CliError(`ERROR: ${error.message}`)
    throw error
  }
}

async function readFiles(cli: Cli, names: readonly string[]): Promise<BakeFile> {
  const wanted = names.length > 0 ? names : DEFAULT_FILES
  const files: BakeFile[] = []
  const compose: string[] = []
  for (const name of wanted) {
    const text = await readIfThere(cli, name)
    if (text !== undefined && isCompose(name)) compose.push(name)
    else if (text !== undefined) files.push(parse(name, text))
    else if (names.length > 0)
      throw new CliError(`ERROR: failed to stat ${name}: open ${name}: no such file or directory`)
  }
  if (compose.length > 0) files.unshift(await readCompose(cli, compose))
  if (files.length === 0) throw new CliError("ERROR: couldn't find a bake definition")
  return mergeFiles(files)
}

function parse(name: string, text: string): BakeFile {
  try {
    return isJson(name, text) ? readJson(text, name) : readHcl(text, name)
  } catch (error) {
    if (error instanceof SyntaxError) throw new CliError(`ERROR: ${error.message}`)
    throw error
  }
}

/** What comes from standard input tells by its first sign. */
const isJson = (name: string, text: string): boolean =>
  name.endsWith('.json') || (name === '-' && text.trimStart().startsWith('{'))

async function readIfThere(cli: Cli, name: string): Promise<string | undefined> {
  if (name === '-') return new TextDecoder().decode(await readAll(cli.sys, 0))
  try {
    return await readTextFile(cli.sys, absolute(name, cli.sys.getcwd()))
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** A target as the flags of a build. */
function flagsOf(target: BakeTarget, linked: ReadonlyMap<string, string>): BuildFlags {
  const defaults = Object.fromEntries(
    Object.entries(buildFlags).map(([name, { initial }]) => [name, initial]),
  ) as unknown as BuildFlags
  const pairs = (record: Readonly<Record<string, string>> | undefined): string[] =>
    Object.entries(record ?? {}).map(([key, value]) => `${key}=${value}`)
  const context = target.context ?? '.'
  const file = target.dockerfile === undefined ? '' : `${context}/${target.dockerfile}`
  return {
    ...defaults,
    file: target['dockerfile-inline'] === undefined ? file : '',
    'build-arg': pairs(target.args),
    label: pairs(target.labels),
    tag: target.tags ?? [],
    target: target.target ?? '',
    platform: target.platforms ?? [],
    output: target.output ?? [],
    secret: target.secret ?? [],
    'build-context': pairs(target.contexts).map((pair) =>
      pair.replace(/=target:(.*)$/, (_, name: string) => `=docker-image://${linked.get(name) ?? name}`),
    ),
    attest: target.attest ?? [],
    annotation: target.annotations ?? [],
    'cache-from': target['cache-from'] ?? [],
    'cache-to': target['cache-to'] ?? [],
    'add-host': pairs(target['extra-hosts']),
    'no-cache': target['no-cache'] ?? false,
    'no-cache-filter': target['no-cache-filter'] ?? [],
    pull: target.pull ?? false,
    network: target.network ?? 'default',
  }
}
