import { readAll } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'
import { exitStatus } from '@drydock/abi'
import { findPlugin } from '../../session/plugin.ts'
import { type BakeFile, readJson } from './bake-file.ts'
import type { Value } from './hcl/syntax.ts'

/** A file of compose tells by its name. */
export const isCompose = (name: string): boolean => /\.ya?ml$/i.test(name)

type Fields = Readonly<Record<string, unknown>>

interface ComposeModel {
  readonly services?: Readonly<Record<string, { readonly build?: Fields; readonly image?: string }>>
  readonly secrets?: Readonly<Record<string, { readonly file?: string; readonly environment?: string }>>
}

/**
 * Services that are built, as targets of a bake file. The files are read by compose itself, and asked for as it
 * understands them. buildx bake/compose.go
 * @throws CliError in compose's words
 */
export async function readCompose(cli: Cli, names: readonly string[]): Promise<BakeFile> {
  const model = JSON.parse(await config(cli, names)) as ComposeModel
  const built = Object.entries(model.services ?? {}).filter(([, { build }]) => build !== undefined)
  const targets = built.map(([name, { build = {}, image }]) => {
    return [name.replaceAll('.', '_'), targetOf(build, image, model, cli.sys.getcwd())] as const
  })
  const group = { default: { targets: targets.map(([name]) => name) } }
  return readJson(JSON.stringify({ group, target: Object.fromEntries(targets) }), names[0] ?? '')
}

async function config(cli: Cli, names: readonly string[]): Promise<string> {
  const path = findPlugin(cli, 'compose')
  if (path === undefined) throw new CliError('ERROR: failed to parse compose file: compose is not installed')
  const [from, to] = cli.sys.pipe()
  const [wrongFrom, wrongTo] = cli.sys.pipe()
  try {
    const files = names.flatMap((name) => ['-f', name])
    const argv = [path, 'compose', ...files, '--profile', '*', '--project-name', 'bake', 'config', '--format', 'json']
    const fds = new Map([0, to, wrongTo].map((fd, place) => [place, fd]))
    const pid = await cli.sys.spawn(path, { argv, env: new Map(cli.env), fds })
    for (const fd of [to, wrongTo]) cli.sys.close(fd)
    const [text = '', wrong = ''] = (await Promise.all([from, wrongFrom].map((fd) => readAll(cli.sys, fd)))).map(
      (bytes) => new TextDecoder().decode(bytes),
    )
    const ended = await cli.sys.wait(pid)
    if (ended && exitStatus(ended.status) === 0) return text
    throw new CliError(`ERROR: failed to parse compose file: ${wrong.trim()}`)
  } finally {
    for (const fd of [from, wrongFrom]) cli.sys.close(fd)
  }
}

/** Keys that are called the same, and those that compose spells otherwise. */
const KEYS: readonly (readonly [compose: string, bake: string])[] = [
  ['dockerfile', 'dockerfile'],
  ['dockerfile_inline', 'dockerfile-inline'],
  ['args', 'args'],
  ['labels', 'labels'],
  ['tags', 'tags'],
  ['target', 'target'],
  ['cache_from', 'cache-from'],
  ['cache_to', 'cache-to'],
  ['platforms', 'platforms'],
  ['network', 'network'],
  ['no_cache', 'no-cache'],
  ['pull', 'pull'],
  ['shm_size', 'shm-size'],
  ['extra_hosts', 'extra-hosts'],
]

function targetOf(build: Fields, image: string | undefined, { secrets = {} }: ComposeModel, cwd: string): Fields {
  const target: Record<string, unknown> = {}
  for (const [from, to] of KEYS) if (build[from] !== undefined) target[to] = build[from]
  target['context'] = relative(String(build['context'] ?? '.'), cwd)
  if (build['dockerfile_inline'] !== undefined) delete target['dockerfile']
  const contexts = Object.entries((build['additional_contexts'] ?? {}) as Record<string, string>)
  if (contexts.length > 0)
    target['contexts'] = Object.fromEntries(
      contexts.map(([name, place]) => [name, place.replace(/^service:/, 'target:')]),
    )
  const wanted = (build['secrets'] ?? []) as readonly { readonly source: string }[]
  if (wanted.length > 0) target['secret'] = wanted.map(({ source }) => secretOf(source, secrets[source] ?? {}))
  if (!Array.isArray(target['tags']) && image !== undefined) target['tags'] = [image]
  return escaped(extended(target, (build['x-bake'] ?? {}) as Fields) as Value) as Fields
}

const secretOf = (
  id: string,
  { file, environment }: { readonly file?: string; readonly environment?: string },
): string =>
  [
    `id=${id}`,
    ...(file === undefined ? [] : [`src=${file}`]),
    ...(environment === undefined ? [] : [`env=${environment}`]),
  ].join(',')

/** `x-bake` of a build: lists are added to, the rest takes the place of what was there. */
function extended(target: Fields, extension: Fields): Fields {
  const all: Record<string, unknown> = { ...target }
  for (const [key, value] of Object.entries(extension)) {
    const name = key === 'secrets' ? 'secret' : key
    const [old, more] = [all[name], Array.isArray(value) ? value : [value]]
    all[name] = Array.isArray(old) ? [...new Set([...(old as unknown[]), ...(more as unknown[])])] : value
  }
  return all
}

/** A path as a bake file has it: below where somebody stands. */
function relative(path: string, cwd: string): string {
  if (path === cwd) return '.'
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
}

/** Texts of a bake file are templates; those of compose were filled in already, and doubled where they look like it. */
function escaped(value: Value): Value {
  if (typeof value === 'string')
    return value.replaceAll('$$', '$').replaceAll(/[$%]\{/g, (start) => `${start[0] ?? ''}${start}`)
  if (Array.isArray(value)) return (value as readonly Value[]).map(escaped)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each as Value)]))
}
