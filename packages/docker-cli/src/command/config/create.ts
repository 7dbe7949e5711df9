import { type Cli, CliError, defineCommand, exactly, list, string } from '@drydock/cli-plugin'
import { checkLabel } from '../container/container-checks.ts'
import { toRecord } from '../container/key-value-file.ts'
import { readContent, toBase64 } from '../read-content.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] CONFIG file|-',
  short: 'Create a config from a file or STDIN',
  args: exactly(2),
  completes: ['none'],
  flags: {
    label: list('l', 'Config labels', { check: checkLabel }),
    'template-driver': string('', 'Template driver'),
  },
  async run({ cli, args, flags }) {
    const [name = '', file = ''] = args
    const { ID } = await cli.client.configs.create({
      Name: name,
      Labels: toRecord(flags.label),
      Data: toBase64(await readOr(cli, file)),
      ...(flags['template-driver'] === '' ? {} : { Templating: { Name: flags['template-driver'] } }),
    })
    await cli.print(`${ID}\n`)
  },
})

async function readOr(cli: Cli, file: string): Promise<Uint8Array> {
  try {
    return await readContent(cli, file)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`Error reading content from ${JSON.stringify(file)}: ${error.message}`)
  }
}
