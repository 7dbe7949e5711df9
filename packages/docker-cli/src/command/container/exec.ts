import {
  atLeast,
  bool,
  type Cli,
  CliError,
  defineCommand,
  followWindowSize,
  joinStreams,
  list,
  string,
} from '@drydock/cli-plugin'
import type { ExecCreateBody } from '@drydock/docker-api'
import { readKeyValues } from './key-value-file.ts'

const flags = {
  detach: bool('d', 'Detached mode: run command in the background'),
  'detach-keys': string('', 'Override the key sequence for detaching a container'),
  env: list('e', 'Set environment variables'),
  'env-file': list('', 'Read in a file of environment variables'),
  interactive: bool('i', 'Keep STDIN open even if not attached'),
  privileged: bool('', 'Give extended privileges to the command'),
  tty: bool('t', 'Allocate a pseudo-TTY'),
  user: string('u', 'Username or UID (format: "<name|uid>[:<group|gid>]")'),
  workdir: string('w', 'Working directory inside the container'),
}

export const exec = defineCommand({
  name: 'exec',
  use: 'exec [OPTIONS] CONTAINER COMMAND [ARG...]',
  short: 'Execute a command in a running container',
  aliasLine: 'docker container exec, docker exec',
  interspersed: false,
  args: atLeast(2),
  completes: ['running'],
  flags,
  async run({ cli, args, flags }) {
    const [container = '', ...command] = args
    const detachKeys = flags['detach-keys'] || cli.detachKeys
    const env = await readKeyValues(cli, flags['env-file'], flags.env, (name) => cli.env.get(name))
    const body: ExecCreateBody = {
      User: flags.user,
      Privileged: flags.privileged,
      Tty: flags.tty,
      ...(flags.tty && cli.isTerminal(1) ? { ConsoleSize: consoleSize(cli) } : {}),
      AttachStdin: !flags.detach && flags.interactive,
      AttachStderr: !flags.detach,
      AttachStdout: !flags.detach,
      ...(detachKeys ? { DetachKeys: detachKeys } : {}),
      Env: env.length > 0 ? env : null,
      WorkingDir: flags.workdir,
      Cmd: command,
    }
    await cli.client.containers.inspect(container)
    if (!flags.detach && flags.tty && flags.interactive && !cli.isTerminal(0))
      throw new CliError('the input device is not a TTY')
    const { Id } = await cli.client.exec.create(container, body)
    if (flags.detach) return cli.client.exec.startDetached(Id, { Tty: flags.tty })
    return execAttached(cli, Id, body, detachKeys)
  },
})

function consoleSize(cli: Cli): [number, number] {
  const { rows, cols } = cli.sys.getWindowSize(1)
  return [rows, cols]
}

async function execAttached(
  cli: Cli,
  id: string,
  body: ExecCreateBody,
  detachKeys: string | undefined,
): Promise<number> {
  const tty = body.Tty ?? false
  const size = body.ConsoleSize ? { ConsoleSize: body.ConsoleSize } : {}
  const { stream } = await cli.client.exec.attach(id, { Detach: false, Tty: tty, ...size })
  const unfollow = tty ? followWindowSize(cli, (window) => cli.client.exec.resize(id, window)) : () => {}
  try {
    const end = await joinStreams(cli, stream, { stdin: body.AttachStdin ?? false, tty, detachKeys })
    if (end === 'detached') throw new CliError('read escape sequence')
  } finally {
    unfollow()
    stream.close()
  }
  return (await cli.client.exec.inspect(id)).ExitCode ?? 0
}
