import { ENOEXEC, isErrno, X_OK } from '@drydock/abi'
import type { Cli } from '@drydock/cli-plugin'

/** Where `docker-compose` and its like live. docs.docker.com, "CLI plugins". */
const FOLDERS = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
]

/** The file of the plugin behind `docker NAME`. */
export function findPlugin(cli: Cli, name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*$/.test(name)) return undefined
  const paths = [`${cli.globals.config}/cli-plugins`, ...FOLDERS].map((folder) => `${folder}/docker-${name}`)
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

/** Becomes the plugin. @throws ENOEXEC… */
export async function runPlugin(cli: Cli, path: string, words: readonly string[]): Promise<number> {
  await cli.io.out.flush()
  const env = new Map(cli.env)
  env.set('DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND', cli.process.argv[0] ?? 'docker')
  if (cli.globals.host.length > 0) env.set('DOCKER_HOST', cli.host)
  await cli.sys.exec(path, [path, ...words], env)
  throw ENOEXEC
}
