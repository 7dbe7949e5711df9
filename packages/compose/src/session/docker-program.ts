import { exitStatus, SIGINT, SIGTERM } from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import type { ComposeCli } from './compose-cli.ts'

/** Becomes `docker WORDS`: what docker does with one container it does for compose as well. */
export async function becomeDocker(cli: ComposeCli, words: readonly string[]): Promise<number> {
  await cli.settle()
  await cli.io.out.flush()
  return cli.sys.exec(dockerPath(cli), ['docker', ...words], dockerEnvironment(cli))
}

/** Runs `docker WORDS` with our standard streams; it gets the signals. @returns its status */
export async function runDocker(cli: ComposeCli, words: readonly string[]): Promise<number> {
  await cli.settle()
  await cli.io.out.flush()
  const before = [SIGINT, SIGTERM].map((signal) => [signal, cli.sys.sigaction(signal, 'SIG_IGN')] as const)
  try {
    const pid = await cli.sys.spawn(dockerPath(cli), {
      argv: ['docker', ...words],
      env: dockerEnvironment(cli),
      defaultSignals: [SIGINT, SIGTERM],
    })
    const ended = await cli.sys.wait(pid)
    return ended ? exitStatus(ended.status) : 1
  } finally {
    for (const [signal, disposition] of before) cli.sys.sigaction(signal, disposition)
  }
}

const dockerPath = (cli: ComposeCli): string => searchPath(cli.sys, 'docker', cli.env.get('PATH'))
const dockerEnvironment = (cli: ComposeCli): ReadonlyMap<string, string> => new Map(cli.env)
