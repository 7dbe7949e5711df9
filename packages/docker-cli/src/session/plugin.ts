import { ENOEXEC, exitStatus, isErrno, X_OK } from '@drydock/abi'
import type { Cli } from '@drydock/cli-plugin'
import { readAll } from '@drydock/libc'

/** Where `docker-compose` and its like live. docs.docker.com, "CLI plugins". */
const FOLDERS = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
]
const foldersOf = (cli: Cli): string[] => [`${cli.globals.config}/cli-plugins`, ...FOLDERS]

/** What a plugin says of itself. */
export interface PluginFacts {
  readonly name: string
  readonly path: string
  readonly metadata: {
    readonly SchemaVersion?: string
    readonly Vendor?: string
    readonly Version?: string
    readonly ShortDescription?: string
  }
}

/** The file of the plugin behind `docker NAME`. */
export function findPlugin(cli: Cli, name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*$/.test(name)) return undefined
  const paths = foldersOf(cli).map((folder) => `${folder}/docker-${name}`)
  return paths.find((path) => isExecutable(cli, path))
}

function isExecutable(cli: Cli, path: string): boolean {
  try {
    cli.sys.access(path, X_OK)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** All plugins, by name; of several with one name the first found. Each is asked what it is. */
export async function listPlugins(cli: Cli): Promise<PluginFacts[]> {
  const found = new Map<string, PluginFacts>()
  for (const path of foldersOf(cli).flatMap((folder) => candidates(cli, folder))) {
    const name = /\/docker-([a-z][a-z0-9]*)$/.exec(path)?.[1]
    if (name === undefined || found.has(name)) continue
    const metadata = await metadataOf(cli, path)
    if (metadata) found.set(name, { name, path, metadata })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function candidates(cli: Cli, folder: string): string[] {
  try {
    return cli.sys.readdir(folder).map(({ name }) => `${folder}/${name}`)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function metadataOf(cli: Cli, path: string): Promise<PluginFacts['metadata'] | undefined> {
  const [from, to] = cli.sys.pipe()
  try {
    const pid = await cli.sys.spawn(path, {
      argv: [path, 'docker-cli-plugin-metadata'],
      env: new Map(cli.env),
      fds: new Map([
        [1, to],
        [2, 2],
      ]),
    })
    cli.sys.close(to)
    const text = new TextDecoder().decode(await readAll(cli.sys, from))
    const ended = await cli.sys.wait(pid)
    return ended && exitStatus(ended.status) === 0 ? (JSON.parse(text) as PluginFacts['metadata']) : undefined
  } catch (error) {
    if (isErrno(error) || error instanceof SyntaxError) return undefined
    throw error
  } finally {
    cli.sys.close(from)
  }
}

/** Becomes the plugin. @throws ENOEXEC… */
export async function runPlugin(cli: Cli, path: string, words: readonly string[]): Promise<number> {
  await cli.io.out.flush()
  const env = new Map(cli.env)
  env.set('DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND', cli.process.argv[0] ?? 'docker')
  if (cli.globals.host.length > 0) env.set('DOCKER_HOST', cli.host)
  await cli.sys.exec(path, [path, ...words], env)
  throw ENOEXEC
}
