import {
  bool,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  isProblem,
  parseReference,
  string,
  strings,
} from '@drydock/cli-plugin'
import type { StackFile } from './load/compose-format.ts'
import { checkStackName } from './namespace.ts'

const RESOLUTIONS = ['always', 'changed', 'never']
const BACKGROUND =
  'Since --detach=false was not specified, tasks will be created in the background.\nIn a future release, --detach=false will become the default.\n'

export const deploy = defineCommand({
  name: 'deploy',
  aliases: ['up'],
  use: 'deploy [OPTIONS] STACK',
  short: 'Deploy a new stack or update an existing stack',
  aliasLine: 'docker stack deploy, docker stack up',
  args: exactly(1),
  completes: ['stacks'],
  flags: {
    'compose-file': strings('c', 'Path to a Compose file, or "-" to read from stdin'),
    detach: bool('d', 'Exit immediately instead of waiting for the stack services to converge', true),
    prune: bool('', 'Prune services that are no longer referenced'),
    quiet: bool('q', 'Suppress progress output'),
    'resolve-image': string(
      '',
      'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
      'always',
    ),
    'with-registry-auth': bool('', 'Send registry authentication details to Swarm agents'),
  },
  async run({ cli, args, flags, changed }) {
    const [stack = ''] = args
    checkStackName(stack)
    // They bring a YAML reader, which other commands do without.
    const { loadStack, warnOfIgnored } = await import('./load/load-stack.ts')
    const { deployStack } = await import('./deploy-stack.ts')
    const { file, trees } = await loadStack(cli, flags['compose-file'])
    await warnOfIgnored(cli, trees)
    checkImages(file)
    const resolve = RESOLUTIONS.find((each) => each === flags['resolve-image'])
    if (resolve === undefined) throw new CliError(`Invalid option ${flags['resolve-image']} for flag --resolve-image`)
    if (flags.detach && !changed.has('detach')) await cli.warn(BACKGROUND)
    await checkManager(cli)
    await deployStack(cli, stack, file, {
      resolve,
      prune: flags.prune,
      sendAuth: flags['with-registry-auth'],
      wait: flags.detach ? undefined : { quiet: flags.quiet },
    })
  },
})

function checkImages({ services }: StackFile): void {
  for (const [name, { image = '' }] of services ?? []) {
    const problem = image === '' ? 'no image specified' : imageProblem(image)
    if (problem !== undefined) throw new CliError(`invalid image reference for service ${name}: ${problem}`)
  }
}
function imageProblem(image: string): string | undefined {
  try {
    parseReference(image)
    return undefined
  } catch (error) {
    if (!isProblem(error)) throw error
    return error.message
  }
}

async function checkManager(cli: Cli): Promise<void> {
  const { Swarm } = await cli.client.system.info()
  if (!Swarm?.ControlAvailable)
    throw new CliError(
      'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again',
    )
}
