import { isErrno } from '@drydock/abi'
import { readAll, readTextFile } from '@drydock/libc'
import { anyArgs, bool, type Cli, CliError, defineCommand, list, string } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import { type BakeFile, type BakeTarget, mergeFiles, readHcl, readJson } from './bake-file.ts'
import { type Resolved, resolveTargets } from './bake-targets.ts'
import { EvaluationError } from './hcl/evaluate.ts'
import { type BuildFlags, buildFlags, runBuild } from './build.ts'

const DEFAULT_FILES = ['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl']

const array = (short: string, usage: string) => list(short, usage, { type: 'stringArray' })

export const bake = defineCommand({
  name: 'bake',
  aliases: ['f'],
  use: 'bake [OPTIONS] [TARGET...]',
  short: 'Build from a file',
  args: anyArgs,
  lacks: 'compose files and remote definitions; targets are built one after the other',
  flags: {
    builder: string('', 'Override the configured builder instance'),
    call: string('', 'Set method for evaluating build ("check", "outline", "targets")', 'build'),
    check: bool('', 'Shorthand for "--call=check"'),
    file: array('f', 'Build definition file'),
    load: bool('', 'Shorthand for "--set=*.output=type=docker"'),
    'metadata-file': string('', 'Write build result metadata to a file'),
    'no-cache': bool('', 'Do not use cache when building the image'),
    print: bool('', 'Print the options without building'),
    progress: string(
      '',
      'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
      'auto',
    ),
    pull: bool('', 'Always attempt to pull all referenced images'),
    push: bool('', 'Shorthand for "--set=*.output=type=registry"'),
    set: array('', 'Override target value (e.g., "targetpattern.key=value")'),
  },
  async run({ cli, args, flags }) {
    const file = await readFiles(cli, flags.file)
    const { groups, targets } = resolve(file, args, cli, flags.set)
    if (flags.print) {
      await cli.print(
        `${JSON.stringify({ group: Object.fromEntries(groups), target: Object.fromEntries(targets) }, undefined, 2)}\n`,
      )
      return 0
    }
    for (const target of targets.values()) {
      const wishes = {
        ...flagsOf(target),
        progress: flags.progress,
        call: flags.call,
        check: flags.check,
        push: flags.push,
        ...(flags['no-cache'] ? { 'no-cache': true } : {}),
        ...(flags.pull ? { pull: true } : {}),
        'metadata-file': flags['metadata-file'],
      }
      const status = await runBuild(cli, target.context ?? '.', wishes, target['dockerfile-inline'])
      if (status !== 0) return status
    }
    return 0
  },
})

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
  for (const name of wanted) {
    const text = await readIfThere(cli, name)
    if (text !== undefined) files.push(parse(name, text))
    else if (names.length > 0)
      throw new CliError(`ERROR: failed to stat ${name}: open ${name}: no such file or directory`)
  }
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
function flagsOf(target: BakeTarget): BuildFlags {
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
    'build-context': pairs(target.contexts),
    'no-cache': target['no-cache'] ?? false,
    'no-cache-filter': target['no-cache-filter'] ?? [],
    pull: target.pull ?? false,
    network: target.network ?? 'default',
  }
}
