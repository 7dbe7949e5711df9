import { type Cli, CliError } from '@drydock/cli-plugin'

/** Asks on the terminal. @throws CliError that ends the command, quietly and with status 0, when the answer is not yes */
export async function confirm(cli: Cli, force: boolean, question: string): Promise<void> {
  if (force) return
  await cli.print(`${question} [y/N] `)
  await cli.io.out.flush()
  const { value } = await cli.io.lines(0).next()
  const answer = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (answer !== 'y' && answer !== 'yes') throw new CliError('', 0)
}
