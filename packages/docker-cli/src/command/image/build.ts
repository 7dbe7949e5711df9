import {
  bool,
  bytes,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  FlagValueError,
  type FlagValues,
  humanSize,
  int,
  list,
  parseReference,
  string,
  strings,
  wanting,
} from '@drydock/cli-plugin'
import type { JsonMessage } from '@drydock/docker-api'
import { showJsonMessages } from '../../progress/json-messages.ts'
import { buildkitIsOff } from '../builder/buildkit-choice.ts'
import { buildxBuild } from '../builder/build.ts'
import { buildContext } from './build-context.ts'
import { readKeyValues, toRecord } from '../container/key-value-file.ts'
import { writeFile } from '@drydock/libc'

/** @throws FlagValueError */
function checkTag(text: string): string {
  try {
    parseReference(text)
    return text
  } catch (error) {
    throw error instanceof CliError ? new FlagValueError(error.message) : error
  }
}

const flags = {
  'add-host': list('', 'Add a custom host-to-IP mapping ("host:ip")'),
  'build-arg': list('', 'Set build-time variables'),
  'cache-from': strings('', 'Images to consider as cache sources'),
  'cgroup-parent': string('', 'Set the parent cgroup for the "RUN" instructions during build'),
  compress: bool('', 'Compress the build context using gzip'),
  'cpu-period': int('', 'Limit the CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': int('', 'Limit the CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-shares': int('c', 'CPU shares (relative weight)'),
  'cpuset-cpus': string('', 'CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('', 'MEMs in which to allow execution (0-3, 0,1)'),
  'disable-content-trust': bool('', 'Skip image verification', true),
  file: string('f', 'Name of the Dockerfile (Default is "PATH/Dockerfile")'),
  'force-rm': bool('', 'Always remove intermediate containers'),
  iidfile: string('', 'Write the image ID to the file'),
  isolation: string('', 'Container isolation technology'),
  label: list('', 'Set metadata for an image'),
  memory: bytes('m', 'Memory limit'),
  'memory-swap': bytes('', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
  network: string('', 'Set the networking mode for the RUN instructions during build', 'default'),
  'no-cache': bool('', 'Do not use cache when building the image'),
  platform: string('', 'Set platform if server is multi-platform capable'),
  pull: bool('', 'Always attempt to pull a newer version of the image'),
  quiet: bool('q', 'Suppress the build output and print image ID on success'),
  rm: bool('', 'Remove intermediate containers after a successful build', true),
  'security-opt': strings('', 'Security options'),
  'shm-size': bytes('', 'Size of "/dev/shm"'),
  tag: list('t', 'Name and optionally a tag in the "name:tag" format', { check: checkTag }),
  target: string('', 'Set the target build stage to build.'),
  squash: wanting({ needs: 'experimental' }, bool('', 'Squash newly built layers into a single new layer')),
  ulimit: list('', 'Ulimit options', { type: 'ulimit', shown: '[]' }),
}

/** The builder behind POST /build is the old one; the CLI says so before anything else. */
const deprecation = (cli: Cli): Promise<void> =>
  cli.warn(
    'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n' +
      '            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n            environment-variable.\n\n',
  )

export const build = defineCommand({
  name: 'build',
  use: 'build [OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  aliasLine: 'docker image build, docker build, docker builder build',
  args: exactly(1),
  lacks: 'a URL of an archive as context',
  completes: ['folders', 'none'],
  preface: deprecation,
  instead: (cli) => (buildkitIsOff(cli) ? undefined : { command: buildxBuild, parentPath: 'docker buildx' }),
  flags,
  async run({ cli, args, flags: given }) {
    const { tar, dockerfile, close } = await buildContext(cli, args[0] ?? '', given.file)
    try {
      let sent = ''
      const context = told(tar, async (text) => {
        if (given.quiet) sent = text
        else await cli.print(text)
      })
      const messages = cli.client.images.build(
        await query(cli, given, dockerfile),
        context,
        await cli.credentials.all(),
      )
      return given.quiet ? await quietly(cli, messages, () => sent) : await aloud(cli, messages, given.iidfile)
    } finally {
      close()
    }
  },
})

/** Tells how much was sent, once all of it is. */
async function* told(
  tar: AsyncIterable<Uint8Array>,
  tell: (text: string) => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0
  for await (const part of tar) {
    bytes += part.length
    yield part
  }
  await tell(`Sending build context to Docker daemon ${humanSize(bytes).padStart(8)}\r\r\n`)
}

async function query(cli: Cli, given: FlagValues<typeof flags>, dockerfile: string) {
  const args = await readKeyValues(cli, [], given['build-arg'], (name) => cli.env.get(name))
  return {
    t: given.tag,
    dockerfile,
    nocache: given['no-cache'],
    rm: given.rm,
    forcerm: given['force-rm'],
    pull: given.pull,
    buildargs: JSON.stringify(toRecord(args)),
    labels: JSON.stringify(toRecord(given.label)),
    cachefrom: JSON.stringify(given['cache-from']),
    networkmode: given.network,
    target: given.target || undefined,
    platform: given.platform || undefined,
    extrahosts: given['add-host'],
    memory: given.memory || undefined,
    memswap: given['memory-swap'] || undefined,
    shmsize: given['shm-size'] || undefined,
    cpushares: given['cpu-shares'] || undefined,
    cpusetcpus: given['cpuset-cpus'] || undefined,
    version: '1',
  }
}

async function aloud(cli: Cli, messages: AsyncIterable<JsonMessage>, idFile: string): Promise<number> {
  let id = ''
  await showJsonMessages(cli, messages, { fd: 1, onAux: (aux) => (id = (aux as { ID?: string }).ID ?? id) })
  if (idFile !== '' && id !== '') await writeFile(cli.sys, idFile, id)
  return 0
}

/** Only the id; what was said is shown when it fails. */
async function quietly(cli: Cli, messages: AsyncIterable<JsonMessage>, sent: () => string): Promise<number> {
  let said = ''
  let id = ''
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error
    if (failure !== undefined) {
      await cli.warn(sent() + said)
      throw new CliError(failure, message.errorDetail?.code || 1)
    }
    said += message.stream ?? ''
    id = (message.aux as { ID?: string } | undefined)?.ID ?? id
  }
  await cli.print(`${id || (said.trim().split('\n').at(-1) ?? '')}\n`)
  return 0
}
