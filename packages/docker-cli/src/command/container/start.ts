import {
  atLeast,
  bool,
  type Cli,
  CliError,
  defineCommand,
  followWindowSize,
  inBackground,
  isProblem,
  joinStreams,
  problemText,
  proxySignals,
  string,
  wanting,
} from '@drydock/cli-plugin'

export const start = defineCommand({
  name: 'start',
  use: 'start [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Start one or more stopped containers',
  aliasLine: 'docker container start, docker start',
  args: atLeast(1),
  completes: ['stopped'],
  flags: {
    attach: bool('a', 'Attach STDOUT/STDERR and forward signals'),
    'detach-keys': string('', 'Override the key sequence for detaching a container'),
    interactive: bool('i', "Attach container's STDIN"),
    checkpoint: wanting({ needs: 'experimental' }, string('', 'Restore from this checkpoint')),
    'checkpoint-dir': wanting({ needs: 'experimental' }, string('', 'Use a custom checkpoint storage directory')),
  },
  async run({ cli, args, flags }) {
    if (flags.attach || flags.interactive) {
      if (args.length > 1) throw new CliError('you cannot start and attach multiple containers at once')
      return startAttached(cli, args[0] ?? '', flags)
    }
    const failed: string[] = []
    for (const name of args)
      try {
        await cli.client.containers.start(name)
        await cli.print(`${name}\n`)
      } catch (error) {
        if (!isProblem(error)) throw error
        await cli.warn(`${problemText(error)}\n`)
        failed.push(name)
      }
    if (failed.length > 0) throw new CliError(`Error: failed to start containers: ${failed.join(', ')}`)
  },
})

interface Wanted {
  readonly attach: boolean
  readonly interactive: boolean
  readonly 'detach-keys': string
}

async function startAttached(cli: Cli, name: string, wanted: Wanted): Promise<number> {
  const { Id, Config, HostConfig } = await cli.client.containers.inspect(name)
  const tty = Config.Tty ?? false
  const stdin = wanted.interactive && (Config.OpenStdin ?? false)
  const detachKeys = wanted['detach-keys'] || cli.detachKeys
  const signals = !tty ? proxySignals(cli, () => Id) : undefined
  const { stream } = await cli.client.containers.attach(Id, {
    stream: true,
    stdin,
    stdout: true,
    stderr: true,
    ...(detachKeys ? { detachKeys } : {}),
  })
  const waiting = await cli.client.containers.wait(Id, HostConfig.AutoRemove ? 'removed' : 'next-exit')
  inBackground(waiting.result)
  const joined = joinStreams(cli, stream, { stdin, tty, detachKeys })
  inBackground(joined)
  try {
    await cli.client.containers.start(Id)
    const unfollow = tty ? followWindowSize(cli, (size) => cli.client.containers.resize(Id, size)) : () => {}
    const status = joined.then(async (end) => (end === 'detached' ? 0 : (await waiting.result).StatusCode))
    const code = await (signals ? Promise.race([status, signals.forced]) : status)
    unfollow()
    return code
  } finally {
    stream.close()
    waiting.cancel()
    await Promise.allSettled([joined])
    signals?.stop()
  }
}
