import { type Cli, CliError } from '@drydock/cli-plugin'

/**
 * A command whose floor is not built: says so in one line. With `path`, the engine is asked first, since it has words of
 * its own for a node that is in no swarm.
 */
export async function notHere(cli: Cli, command: string, path?: string): Promise<never> {
  if (path !== undefined) await cli.client.transport.json({ method: 'GET', path })
  throw new CliError(`${command} is not supported here`)
}
