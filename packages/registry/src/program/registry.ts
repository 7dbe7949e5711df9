import { isErrno, type Process, type Program } from '@drydock/abi'
import { readTextFile, Stdio } from '@drydock/libc'
import { ConfigurationError, readConfiguration, type RegistryConfig } from './configuration.ts'
import { collectGarbage } from './garbage-collect.ts'
import { serveRegistry, storeOf } from './serve.ts'
import { registryVersion } from './version.ts'

const USAGE = `\`registry\`

Usage:
  registry [flags]
  registry [command]

Available Commands:
  serve           \`serve\` stores and distributes Docker images
  garbage-collect \`garbage-collect\` deletes layers not referenced by any manifests
  help            Help about any command

Flags:
  -h, --help      help for registry
  -v, --version   show the version and exit

Use "registry [command] --help" for more information about a command.
`

/** The file, or what the environment names in its place. @throws ConfigurationError */
async function configuration({ sys, env }: Process, operand: string | undefined): Promise<RegistryConfig> {
  const path = operand ?? env.get('REGISTRY_CONFIGURATION_PATH') ?? ''
  if (path === '') throw new ConfigurationError('configuration path unspecified')
  try {
    return readConfiguration(await readTextFile(sys, path), env)
  } catch (error) {
    if (!isErrno(error)) throw error
    const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1)
    throw new ConfigurationError(`open ${path}: ${reason}`)
  }
}

async function run(process: Process, io: Stdio): Promise<number> {
  const [command = '', ...rest] = process.argv.slice(1)
  const operands = rest.filter((word) => !word.startsWith('-'))
  const has = (...names: string[]): boolean => names.some((name) => rest.includes(name))
  const version = registryVersion(process.sys)
  if (['-v', '--version'].includes(command)) {
    await io.print(`registry ${version.module} ${version.major >= 3 ? '' : 'v'}${version.number}\n`)
    return 0
  }
  if (command === 'serve') return serveRegistry(process, await configuration(process, operands[0]), version)
  if (command === 'garbage-collect') {
    const config = await configuration(process, operands[0])
    const how = {
      dryRun: has('-d', '--dry-run'),
      deleteUntagged: has('-m', '--delete-untagged', '--delete-untagged=true'),
    }
    await collectGarbage(process.sys, storeOf(process.sys, config), io, how)
    return 0
  }
  const known = ['', 'help', '-h', '--help'].includes(command)
  await (known
    ? io.print(USAGE)
    : io.warn(`Error: unknown command "${command}" for "registry"\nRun 'registry --help' for usage.\n`))
  return known ? 0 : 1
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  try {
    return await run(process, io)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    await io.warn(`configuration error: ${error.message}\n`)
    return 1
  } finally {
    await io.out.flush()
  }
}

/** distribution's server in the image `registry`. */
export const registry: Program = {
  name: 'registry/registry',
  paths: ['/bin/registry'],
  covers: 'partial',
  lacks: [
    'storage other than files',
    'forgetting what a proxy keeps after its ttl',
    'notifications',
    'token authentication',
  ],
  summary: 'store and hand out images',
  sizeBytes: 25_000_000,
  rssBytes: 16 << 20,
  main,
}
