import { bool, CliError, defineCommand, noArgs, strings } from '@drydock/cli-plugin'

export const config = defineCommand({
  name: 'config',
  use: 'config [OPTIONS]',
  short: 'Outputs the final config file, after doing merges and interpolations',
  args: noArgs,
  flags: {
    'compose-file': strings('c', 'Path to a Compose file, or "-" to read from stdin'),
    'skip-interpolation': bool('', 'Skip interpolation and output only merged config'),
  },
  async run({ cli, flags }) {
    if (flags['compose-file'].length === 0) throw new CliError('Specify a Compose file (with --compose-file)')
    // They bring a YAML reader, which other commands do without.
    const { loadStack } = await import('./load/load-stack.ts')
    const { printStackFile } = await import('./print-file.ts')
    const { file } = await loadStack(cli, flags['compose-file'], flags['skip-interpolation'])
    await cli.print(printStackFile(file))
  },
})
