import type { Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { docker } from './docker.ts'

/** Plugins that docker answers for itself; as files they are found by what looks for plugins. */
interface BuiltIn {
  readonly name: string
  readonly version: string
  readonly short: string
  readonly sizeBytes: number
}
const BUILT_IN: readonly BuiltIn[] = [
  { name: 'buildx', version: 'v0.24.0', short: 'Docker Buildx', sizeBytes: 77_000_000 },
  {
    name: 'init',
    version: 'v1.4.0',
    short: 'Creates Docker-related starter files for your project',
    sizeBytes: 9_000_000,
  },
  { name: 'scout', version: 'v1.18.3', short: 'Docker Scout', sizeBytes: 58_000_000 },
]

const METADATA = 'docker-cli-plugin-metadata'

const programOf = ({ name, version, short, sizeBytes }: BuiltIn): Program => ({
  name: `docker/plugin-${name}`,
  paths: [`/usr/local/libexec/docker/cli-plugins/docker-${name}`],
  covers: 'partial',
  lacks: ['what docker, which runs it, says of itself'],
  summary: `docker ${name} as a plugin, version ${version}`,
  sizeBytes,
  async main(process: Process): Promise<number> {
    const words = process.argv.slice(1)
    if (words[0] !== METADATA)
      return docker.main({ ...process, argv: ['docker', ...(words[0] === name ? words : [name, ...words])] })
    const io = new Stdio(process.sys)
    const facts = { SchemaVersion: '0.1.0', Vendor: 'Docker Inc.', Version: version, ShortDescription: short }
    await io.print(`${JSON.stringify(facts, undefined, 5)}\n`)
    await io.out.flush()
    return 0
  },
})

export const builtInPlugins: readonly Program[] = BUILT_IN.map(programOf)
