import { atLeast, defineCommand, INSPECT_FORMAT_HELP, since, string } from '@drydock/cli-plugin'
import { inspectObjects } from '../inspect-objects.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] IMAGE [IMAGE...]',
  short: 'Display detailed information on one or more images',
  args: atLeast(1),
  completes: ['images'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    platform: since(
      '1.49',
      string(
        '',
        "Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      ),
    ),
  },
  run: ({ cli, args, flags }) => inspectObjects(cli, args, flags.format, (name) => cli.client.images.inspect(name)),
})
