import { CliError } from '@drydock/cli-plugin'

/** A command whose floor is not built: says so in one line. */
export async function notHere(command: string): Promise<never> {
  throw new CliError(`${command} is not supported here`)
}
