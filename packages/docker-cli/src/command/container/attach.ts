import {
  bool,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  followWindowSize,
  inBackground,
  joinStreams,
  proxySignals,
  string,
} from '@drydock/cli-plugin'

export const attach = defineCommand({
  name: 'attach',
  use: 'attach [OPTIONS] CONTAINER',
  short: 'Attach local standard input, output, and error streams to a running container',
  aliasLine: 'docker container attach, docker attach',
  args: exactly(1),
  completes: ['running'],
  flags: {
    'detach-keys': string('', 'Override the key sequence for detaching a container'),
    'no-stdin': bool('', 'Do not attach STDIN'),
    'sig-proxy': bool('', 'Proxy all received signals to the process', true),
  },
  async run({ cli, args, flags }) {
    const { Id, State, Config } = await cli.client.containers.inspect(args[0] ?? '')
    if (!State.Running) throw new CliError('You cannot attach to a stopped container, start it first')
    if (State.Paused) throw new CliError('You cannot attach to a paused container, unpause it first')
    if (State.Restarting) throw new CliError('You cannot attach to a restarting container, wait until it is running')
    const tty = Config.Tty ?? false
    const stdin = !flags['no-stdin'] && (Config.OpenStdin ?? false)
    if (stdin && tty && !cli.isTerminal(0)) throw new CliError('the input device is not a TTY')
    const detachKeys = flags['detach-keys'] || cli.detachKeys
    const waiting = await cli.client.containers.wait(Id)
    inBackground(waiting.result)
    const signals = flags['sig-proxy'] && !tty ? proxySignals(cli, () => Id) : undefined
    const query = { stream: true, stdin, stdout: true, stderr: true, ...(detachKeys ? { detachKeys } : {}) }
    const { stream } = await cli.client.containers.attach(Id, query)
    if (tty) await redraw(cli, Id)
    const unfollow = tty ? followWindowSize(cli, (size) => cli.client.containers.resize(Id, size)) : () => {}
    try {
      const joined = joinStreams(cli, stream, { stdin, tty, detachKeys })
      const end = await (signals ? Promise.race([joined, signals.forced]) : joined)
      if (end === 'detached') throw new CliError('read escape sequence')
      return (await waiting.result).StatusCode
    } finally {
      unfollow()
      signals?.stop()
      stream.close()
      waiting.cancel()
    }
  },
})

/** A size one larger, then the right one: what runs in the terminal draws itself anew. */
async function redraw(cli: Cli, id: string): Promise<void> {
  if (!cli.isTerminal(1)) return
  const { rows, cols } = cli.sys.getWindowSize(1)
  await cli.client.containers.resize(id, { h: rows + 1, w: cols + 1 })
}
