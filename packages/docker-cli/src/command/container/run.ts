import {
  atLeast,
  bool,
  type Cli,
  CliError,
  defineCommand,
  type FlagValues,
  followWindowSize,
  inBackground,
  isProblem,
  joinStreams,
  problemText,
  proxySignals,
  type StreamEnd,
  string,
} from '@drydock/cli-plugin'
import type { ByteStream } from '@drydock/abi'
import type { ContainerWaitResponse } from '@drydock/docker-api'

import { wantsTrust } from '../content-trust.ts'
import { type ContainerRequest, containerRequest } from './container-config.ts'
import { containerFlags } from './container-flags.ts'
import { createContainer } from './create-container.ts'

const flags = {
  ...containerFlags,
  detach: bool('d', 'Run container in background and print container ID'),
  'detach-keys': string('', 'Override the key sequence for detaching a container'),
  'disable-content-trust': bool('', 'Skip image verification', true),
  name: string('', 'Assign a name to the container'),
  platform: string('', 'Set platform if server is multi-platform capable'),
  pull: string('', 'Pull image before running ("always", "missing", "never")', 'missing'),
  quiet: bool('q', 'Suppress the pull output'),
  'sig-proxy': bool('', 'Proxy received signals to the process', true),
  'use-api-socket': bool('', 'Bind mount Docker API socket and required auth'),
}
type RunFlags = FlagValues<typeof flags>

/** What the engine or the flags refuse ends with 125, what can't be started with 126 or 127, as in a shell. */
const runFailure = (text: string, status = 125): CliError =>
  new CliError(`docker: ${text}\n\nRun 'docker run --help' for more information`, status)

function statusOf(text: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(text)) return 127
  return /permission denied|is a directory/.test(text) ? 126 : 125
}

/** Failures of `work` in the words of docker run. */
async function orFail<T>(work: () => Promise<T>, status: (text: string) => number = statusOf): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isProblem(error)) throw error
    const text = problemText(error)
    throw runFailure(text, status(text))
  }
}

export const run = defineCommand({
  name: 'run',
  use: 'run [OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create and run a new container from an image',
  aliasLine: 'docker container run, docker run',
  interspersed: false,
  args: atLeast(1),
  flags,
  completes: ['images', 'none'],
  async run({ cli, args, flags, changed }) {
    const attached = !flags.detach
    if (flags.detach && flags.attach.length > 0)
      throw new CliError('conflicting options: cannot specify both --attach and --detach')
    const request = await orFail(
      () => containerRequest(cli, flags, changed, args),
      () => 125,
    )
    if (attached && flags.tty && request.config.AttachStdin && !cli.isTerminal(0))
      throw new CliError('the input device is not a TTY')
    const shaped = attached ? request : detachedRequest(request)
    const created = await orFail(() =>
      createContainer(cli, shaped, flags, wantsTrust(cli, changed, flags['disable-content-trust'])),
    )
    return attached ? runAttached(cli, created.Id, shaped, flags) : runDetached(cli, created.Id)
  },
})

const detachedRequest = (request: ContainerRequest): ContainerRequest => ({
  ...request,
  config: { ...request.config, AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false },
})

async function runDetached(cli: Cli, id: string): Promise<number> {
  // The id is told even when it can't be started: it is there to be removed.
  await cli.print(`${id}\n`)
  await orFail(() => cli.client.containers.start(id))
  return 0
}

async function runAttached(cli: Cli, id: string, request: ContainerRequest, flags: RunFlags): Promise<number> {
  const { config } = request
  const tty = config.Tty ?? false
  const detachKeys = flags['detach-keys'] || cli.detachKeys
  const signals = flags['sig-proxy'] && !tty ? proxySignals(cli, () => id) : undefined
  try {
    const { stream } = await attachTo(cli, id, request, detachKeys)
    const waiting = await orFail(() => cli.client.containers.wait(id, flags.rm ? 'removed' : 'next-exit'))
    inBackground(waiting.result)
    const joined = joinStreams(cli, stream, { stdin: config.AttachStdin ?? false, tty, detachKeys })
    inBackground(joined)
    const unfollow = await startFollowed(cli, id, tty, stream, waiting, flags.rm, joined)
    try {
      const status = follow(joined, waiting.result)
      return await (signals ? Promise.race([status, signals.forced]) : status)
    } finally {
      unfollow()
      stream.close()
      waiting.cancel()
    }
  } finally {
    signals?.stop()
  }
}

const attachTo = (cli: Cli, id: string, { config }: ContainerRequest, detachKeys: string | undefined) =>
  cli.client.containers.attach(id, {
    stream: true,
    stdin: config.AttachStdin ?? false,
    stdout: config.AttachStdout ?? false,
    stderr: config.AttachStderr ?? false,
    ...(detachKeys ? { detachKeys } : {}),
  })

/** Starts it, and lets its terminal have the size of ours. */
async function startFollowed(
  cli: Cli,
  id: string,
  tty: boolean,
  stream: ByteStream,
  waiting: { result: Promise<ContainerWaitResponse>; cancel(): void },
  removes: boolean,
  joined: Promise<StreamEnd>,
): Promise<() => void> {
  try {
    await orFail(() => cli.client.containers.start(id))
  } catch (error) {
    stream.close()
    await Promise.allSettled([joined])
    // With --rm the engine takes it away again; one that does not is not waited for.
    if (removes) await Promise.race([Promise.allSettled([waiting.result]), cli.sys.sleep(2000)])
    waiting.cancel()
    throw error
  }
  return tty ? followWindowSize(cli, (size) => cli.client.containers.resize(id, size)) : () => {}
}

/** The container's status once its streams have ended; 0 when the user detached. */
async function follow(joined: Promise<StreamEnd>, result: Promise<ContainerWaitResponse>): Promise<number> {
  inBackground(result)
  if ((await joined) === 'detached') return 0
  const { StatusCode, Error: failure } = await result
  if (failure?.Message) throw new CliError(failure.Message, 125)
  return StatusCode
}
