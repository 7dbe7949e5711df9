import type { Process } from '@drydock/abi'
import type { CommandLine } from './command-line.ts'
import { Config } from './config.ts'
import { Npm } from './npm-context.ts'
import { Registry } from './registry.ts'
import { releaseOf } from './release.ts'

/** npm as its configuration has it. @param root of the project */
export async function openNpm(process: Process, line: CommandLine, root: string): Promise<Npm> {
  const release = releaseOf(process)
  const config = await Config.read(process, line, root)
  return new Npm({
    process,
    line,
    release,
    config,
    root,
    registry: new Registry(process.sys, config.registry, release),
  })
}
