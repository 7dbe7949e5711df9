import { between, CliError, defineCommand, list, string } from '@drydock/cli-plugin'
import { checkLabel } from '../container/container-checks.ts'
import { toRecord } from '../container/key-value-file.ts'
import { readContent, toBase64 } from '../read-content.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] SECRET [file|-]',
  short: 'Create a secret from a file or STDIN as content',
  args: between(1, 2),
  completes: ['files'],
  flags: {
    driver: string('d', 'Secret driver'),
    label: list('l', 'Secret labels', { check: checkLabel }),
    'template-driver': string('', 'Template driver'),
  },
  async run({ cli, args, flags }) {
    const [name = '', file] = args
    if (flags.driver !== '' && file !== undefined)
      throw new CliError('When using secret driver secret data must be empty')
    if (flags.driver === '' && file === undefined) throw new CliError('secret file is required')
    const { ID } = await cli.client.secrets.create({
      Name: name,
      Labels: toRecord(flags.label),
      ...(file === undefined ? {} : { Data: toBase64(await readContent(cli, file)) }),
      ...(flags.driver === '' ? {} : { Driver: { Name: flags.driver } }),
      ...(flags['template-driver'] === '' ? {} : { Templating: { Name: flags['template-driver'] } }),
    })
    await cli.print(`${ID}\n`)
  },
})
