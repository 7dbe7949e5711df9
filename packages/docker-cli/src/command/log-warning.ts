import type { Cli } from '@drydock/cli-plugin'

/** A warning as logrus writes it where nobody reads along, and in colour on a terminal. */
export async function logWarning(cli: Cli, message: string): Promise<void> {
  const now = new Date(cli.sys.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
  const plain = `time="${now}" level=warning msg=${JSON.stringify(message)}\n`
  await cli.warn(cli.isTerminal(2) ? `\u001b[33mWARN\u001b[0m[0000] ${message.padEnd(44)} \n` : plain)
}
