import { bool, type Cli, copyFrames, defineCommand, exactly, parseTimestamp, string } from '@drydock/cli-plugin'
import { writeAll } from '@drydock/libc'

export const logs = defineCommand({
  name: 'logs',
  use: 'logs [OPTIONS] CONTAINER',
  short: 'Fetch the logs of a container',
  aliasLine: 'docker container logs, docker logs',
  args: exactly(1),
  completes: ['containers'],
  flags: {
    details: bool('', 'Show extra details provided to logs'),
    follow: bool('f', 'Follow log output'),
    since: string(
      '',
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
    tail: string('n', 'Number of lines to show from the end of the logs', 'all'),
    timestamps: bool('t', 'Show timestamps'),
    until: string(
      '',
      'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
  },
  async run({ cli, args, flags }) {
    const name = args[0] ?? ''
    const { Id, Config } = await cli.client.containers.inspect(name)
    const now = cli.sys.clock.now()
    const bytes = cli.client.containers.logs(Id, {
      stdout: true,
      stderr: true,
      follow: flags.follow,
      timestamps: flags.timestamps,
      details: flags.details,
      tail: flags.tail,
      ...(flags.since === '' ? {} : { since: parseTimestamp(flags.since, now, 'since') }),
      ...(flags.until === '' ? {} : { until: parseTimestamp(flags.until, now, 'until') }),
    })
    await (Config.Tty ? copyRaw(cli, bytes) : copyFrames(cli, asReader(bytes)))
  },
})

async function copyRaw(cli: Cli, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of bytes) await writeAll(cli.sys, 1, part)
}

const asReader = (bytes: AsyncGenerator<Uint8Array, void, void>): { read(): Promise<Uint8Array> } => ({
  read: async () => {
    const next = await bytes.next()
    return next.done ? new Uint8Array(0) : next.value
  },
})
