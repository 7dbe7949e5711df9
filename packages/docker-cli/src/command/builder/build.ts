import { isErrno } from '@drydock/abi'
import type { BuildRecord, BuildSource, JsonMessage } from '@drydock/docker-api'
import { writeFile } from '@drydock/libc'
import {
  bool,
  bytes,
  canonical,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  type FlagValues,
  hidden,
  int,
  list,
  parseReference,
  string,
  strings,
  tagged,
  unpack,
} from '@drydock/cli-plugin'
import {
  type BuildResult,
  type CallAnswer,
  followBuild,
  openDisplay,
  warningsText,
} from '../../build-progress/build-display.ts'
import { BuildTrace } from '../../build-progress/build-trace.ts'
import { excerpt } from '@drydock/dockerfile'
import { readKeyValues, toRecord } from '../container/key-value-file.ts'
import { absolute } from '../container/volume-flags.ts'
import { keepRecord, logOf, newRef, stepsOf } from './history-store.ts'
import { cacheFolders, KEPT, namedContexts, noOutput, type Order, orderOf } from './build-order.ts'
import { type BuildParts, buildParts, readSecrets } from './build-parts.ts'
import type { CachePlace } from './caches.ts'
import { isEngine } from './driver.ts'
import { boot } from './boot.ts'
import { requireReachable } from './endpoint.ts'
import { findInstance, type Instance, nodeOf } from './instances.ts'
import type { Output } from './outputs.ts'

const array = (short: string, usage: string) => list(short, usage, { type: 'stringArray' })

export const buildFlags = {
  'add-host': strings('', 'Add a custom host-to-IP mapping (format: "host:ip")'),
  allow: array('', 'Allow extra privileged entitlement (e.g., "network.host", "security.insecure")'),
  annotation: array('', 'Add annotation to the image'),
  attest: array('', 'Attestation parameters (format: "type=sbom,generator=image")'),
  'build-arg': array('', 'Set build-time variables'),
  'build-context': array('', 'Additional build contexts (e.g., name=path)'),
  builder: string('', 'Override the configured builder instance'),
  'cache-from': array('', 'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")'),
  'cache-to': array('', 'Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")'),
  call: string('', 'Set method for evaluating build ("check", "outline", "targets")', 'build'),
  'cgroup-parent': string('', 'Set the parent cgroup for the "RUN" instructions during build'),
  check: bool('', 'Shorthand for "--call=check"'),
  file: string('f', 'Name of the Dockerfile (default: "PATH/Dockerfile")'),
  iidfile: string('', 'Write the image ID to a file'),
  label: array('', 'Set metadata for an image'),
  load: bool('', 'Shorthand for "--output=type=docker"'),
  'metadata-file': string('', 'Write build result metadata to a file'),
  network: string('', 'Set the networking mode for the "RUN" instructions during build', 'default'),
  'no-cache': bool('', 'Do not use cache when building the image'),
  'no-cache-filter': array('', 'Do not cache specified stages'),
  output: array('o', 'Output destination (format: "type=local,dest=path")'),
  platform: array('', 'Set target platform for build'),
  progress: string(
    '',
    'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
    'auto',
  ),
  provenance: string('', 'Shorthand for "--attest=type=provenance"'),
  pull: bool('', 'Always attempt to pull all referenced images'),
  push: bool('', 'Shorthand for "--output=type=registry,unpack=false"'),
  quiet: bool('q', 'Suppress the build output and print image ID on success'),
  sbom: string('', 'Shorthand for "--attest=type=sbom"'),
  secret: array('', 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
  'shm-size': bytes('', 'Shared memory size for build containers'),
  ssh: array('', 'SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")'),
  tag: array('t', 'Image identifier (format: "[registry/]repository[:tag]")'),
  target: string('', 'Set the target build stage to build'),
  ulimit: list('', 'Ulimit options', { type: 'ulimit', shown: '[]' }),
  compress: hidden(bool('', 'Compress the build context using gzip')),
  'cpu-period': hidden(int('', 'Limit the CPU CFS (Completely Fair Scheduler) period')),
  'cpu-quota': hidden(int('', 'Limit the CPU CFS (Completely Fair Scheduler) quota')),
  'cpu-shares': hidden(int('c', 'CPU shares (relative weight)')),
  'cpuset-cpus': hidden(string('', 'CPUs in which to allow execution ("0-3", "0,1")')),
  'cpuset-mems': hidden(string('', 'MEMs in which to allow execution ("0-3", "0,1")')),
  'force-rm': hidden(bool('', 'Always remove intermediate containers')),
  isolation: hidden(string('', 'Container isolation technology')),
  memory: hidden(bytes('m', 'Memory limit')),
  'memory-swap': hidden(bytes('', 'Swap limit equal to memory plus swap: "-1" to enable unlimited swap')),
  rm: hidden(bool('', 'Remove intermediate containers after a successful build', true)),
  'security-opt': hidden(strings('', 'Security options')),
  squash: hidden(bool('', 'Squash newly built layers into a single new layer')),
}

export type BuildFlags = FlagValues<typeof buildFlags>

export const buildxBuild = defineCommand({
  name: 'build',
  aliases: ['b'],
  use: 'build [OPTIONS] PATH | URL | -',
  short: 'Start a build',
  aliasLine: 'docker build, docker builder build, docker image build, docker buildx b',
  args: exactly(1),
  lacks: 'a URL of an archive as context; caches in gha, s3 and azblob, whose services cannot be reached; --ssh',
  completes: ['files', 'none'],
  flags: buildFlags,
  run: ({ cli, args, flags }) => runBuild(cli, args[0] ?? '', flags),
})

/** What bake asks for besides. */
interface Extra {
  /** The Dockerfile itself. */
  readonly inline?: string | undefined
  /** Takes the id of the result, which stays with the engine until it is built upon. */
  readonly handOn?: { image: string }
}

/** @throws CliError */
function checkTags(tags: readonly string[]): void {
  for (const tag of tags)
    try {
      parseReference(tag)
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      throw new CliError(`ERROR: invalid tag ${JSON.stringify(tag)}: ${error.message}`)
    }
}

/** @throws CliError with BuildKit's words */
export async function runBuild(cli: Cli, place: string, given: BuildFlags, extra: Extra = {}): Promise<number> {
  const { inline, handOn } = extra
  const instance = await findInstance(cli, given.builder || (cli.env.get('BUILDX_BUILDER') ?? ''))
  checkTags(given.tag)
  const asked = orderOf(cli, given, instance)
  const order = handOn ? { ...asked, outputs: [...asked.outputs, KEPT], silent: false } : asked
  const caches = await cacheFolders(cli, order)
  const parts = await buildParts(cli, {
    place,
    file: given.file,
    inline,
    contexts: new Map([...(await namedContexts(cli, given['build-context'])), ...caches]),
    secrets: await readSecrets(cli, given.secret),
  })
  if (order.silent && given.call === 'build' && !given.check) await cli.warn(noOutput(instance))
  const trace = new BuildTrace()
  const createdAt = cli.sys.clock.now()
  const ref = newRef(cli)
  const mode = modeOf(cli, given)
  const display = openDisplay(cli, mode, trace, instance)
  const received = new Map<string, Uint8Array[]>()
  let image = ''
  let result: BuildResult = {}
  let call: CallAnswer | undefined
  let source: BuildSource | undefined
  await requireReachable(cli, instance)
  await boot(cli, instance, (status) => display.update(status))
  const messages = request(cli, given, order, parts)
  const failure = await followBuild(messages, display, {
    onImage: (id) => (image = id),
    onResult: (made) => (result = made),
    onCall: (answer) => (call = answer),
    onExport: (output, piece) => received.set(output, [...(received.get(output) ?? []), piece]),
    onSource: (where) => (source = where),
  })
  await display.finish()
  if (mode !== 'quiet' && mode !== 'rawjson' && call === undefined) await tellWarnings(cli, trace)
  const read = source ?? { filename: parts.dockerfile, data: parts.text ?? '', start: 0, end: 0 }
  if (call === undefined)
    await keepRecord(cli, recordOf(cli, { ref, place, given, createdAt, trace, failure, source: read }))
  if (failure !== undefined) return tellFailure(cli, failure, source)
  if (order.lost[0] !== undefined) return tellFailure(cli, order.lost[0], undefined)
  if (call) return tellCall(cli, given, call)
  for (const [nth, output] of order.outputs.entries()) await receive(cli, output, received.get(String(nth)) ?? [])
  for (const [nth, { attributes }] of order.cacheTo.entries())
    await receive(
      cli,
      { type: 'local', attributes: {}, destination: attributes['dest'] ?? '' },
      received.get(`cache ${nth}`) ?? [],
    )
  if (handOn) handOn.image = result.kept ?? image
  await writeResults(cli, given, instance, { image, ref, result })
  return 0
}

/** What is remembered of a build. */
function recordOf(
  cli: Cli,
  what: {
    readonly ref: string
    readonly place: string
    readonly given: BuildFlags
    readonly createdAt: number
    readonly trace: BuildTrace
    readonly failure: string | undefined
    readonly source: BuildSource
  },
): BuildRecord {
  const { ref, place, given, createdAt, trace, failure, source } = what
  const log = logOf(trace)
  const steps = trace.started()
  const folder = place === '-' ? '-' : absolute(place, cli.sys.getcwd())
  const name = folder.split('/').findLast((part) => part !== '') ?? folder
  return {
    ref,
    name: given.target === '' ? name : `${name} (${given.target})`,
    context: place,
    dockerfile: given.file || 'Dockerfile',
    target: given.target,
    platform: given.platform[0] ?? 'linux/amd64',
    status: failure === undefined ? 'Completed' : 'Error',
    error: failure ?? '',
    createdAt,
    completedAt: cli.sys.clock.now(),
    steps: steps.length,
    cached: steps.filter(({ vertex }) => vertex.cached).length,
    args: given['build-arg'],
    tags: given.tag,
    vertexes: stepsOf(trace),
    source,
    log,
  }
}

function modeOf(cli: Cli, given: BuildFlags): string {
  const asked = given.progress === 'auto' ? (cli.env.get('BUILDKIT_PROGRESS') ?? 'auto') : given.progress
  const quiet = given.quiet || asked === 'quiet'
  if (quiet && asked !== 'auto' && asked !== 'quiet')
    throw new CliError(`ERROR: progress=${asked} and quiet cannot be used together`)
  return quiet || asked === 'none' ? 'quiet' : asked
}

async function* request(
  cli: Cli,
  given: BuildFlags,
  order: Order,
  { tar, dockerfile, inParts }: BuildParts,
): AsyncGenerator<JsonMessage, void, void> {
  const args = await readKeyValues(cli, [], given['build-arg'], (name) => cli.env.get(name))
  const query = {
    version: '2',
    dockerfile,
    t: given.tag,
    nocache: given['no-cache'] || undefined,
    nocachefilter: given['no-cache-filter'].join(',') || undefined,
    pull: given.pull || undefined,
    buildargs: JSON.stringify(toRecord(args)),
    labels: JSON.stringify(toRecord(given.label)),
    networkmode: given.network,
    target: given.target || undefined,
    platform: order.platforms.join(',') || undefined,
    extrahosts: given['add-host'].length > 0 ? JSON.stringify(given['add-host']) : undefined,
    memory: given.memory || undefined,
    shmsize: given['shm-size'] || undefined,
    outputs: placesOf(order.outputs),
    apart: order.apart || undefined,
    attests: Object.keys(order.attests).length > 0 ? JSON.stringify(order.attests) : undefined,
    annotation: given.annotation,
    contexts: Object.keys(order.contexts).length > 0 ? JSON.stringify(order.contexts) : undefined,
    cacheto: placesOf(order.cacheTo),
    cachefrom: placesOf(order.cacheFrom),
    call: callOf(given) === 'build' ? undefined : callOf(given),
    inparts: inParts || undefined,
  }
  yield* cli.client.images.build(query, tar, await cli.credentials.all())
}

const placesOf = (places: readonly CachePlace[]): string | undefined =>
  places.length > 0
    ? JSON.stringify(places.map(({ type, attributes }) => ({ Type: type, Attrs: attributes })))
    : undefined

const callOf = ({ check, call }: BuildFlags): string => {
  const name = (call.split(',')[0] ?? 'build').replace(/^format=.*/, 'build')
  return check || name === 'check' ? 'lint' : name
}

async function tellWarnings(cli: Cli, trace: BuildTrace): Promise<void> {
  await cli.warn(
    warningsText(trace.warnings, cli.globals.debug, ({ source, ranges }) => {
      const [range] = ranges
      return source && range ? excerpt(source.filename, source.data, range.start, range.end) : ''
    }),
  )
}

async function tellFailure(cli: Cli, failure: string, source: BuildSource | undefined): Promise<number> {
  if (source) await cli.warn(excerpt(source.filename.split('/').at(-1) ?? '', source.data, source.start, source.end))
  await cli.warn(`ERROR: ${failure}\n`)
  return 1
}

async function tellCall(cli: Cli, given: BuildFlags, { text, json, status, error }: CallAnswer): Promise<number> {
  if (given.call.includes('format=json')) {
    await cli.print(`${JSON.stringify(json, undefined, 2)}\n`)
    return status
  }
  if (callOf(given) === 'lint') {
    const { warnings } = json as { warnings: readonly unknown[] }
    const count = warnings.length === 1 ? '1 warning has been found!' : `${warnings.length} warnings have been found!`
    if (warnings.length > 0) await cli.print(`Check complete, ${count}\n`)
    else if (status === 0) await cli.print('Check complete, no warnings found.\n')
  }
  await cli.print(text)
  if (error !== undefined) await cli.warn(`ERROR: ${error}\n`)
  return status
}

/** Puts what the build sent back where its user wants it. */
async function receive(
  cli: Cli,
  { type, attributes, destination }: Output,
  pieces: readonly Uint8Array[],
): Promise<void> {
  if (pieces.length === 0) return
  const whole = join(pieces)
  if (type === 'local' || attributes['tar'] === 'false') {
    const folder = absolute(destination, cli.sys.getcwd())
    makeFolders(cli, folder)
    await unpack(cli, once(whole), folder, (name) => name, false)
  } else if (destination === '-') await cli.print(whole)
  else await writeFile(cli.sys, absolute(destination, cli.sys.getcwd()), whole)
}

async function* once(bytes_: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes_
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

function makeFolders(cli: Cli, path: string): void {
  const parts = path.split('/').filter((part) => part !== '')
  for (let i = 1; i <= parts.length; i++)
    try {
      cli.sys.mkdir(`/${parts.slice(0, i).join('/')}`, 0o755)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
}

async function writeResults(
  cli: Cli,
  given: BuildFlags,
  instance: Instance,
  { image, ref, result }: { readonly image: string; readonly ref: string; readonly result: BuildResult },
): Promise<void> {
  const inHere = (path: string): string => absolute(path, cli.sys.getcwd())
  const id = isEngine(instance) ? image : (result.digest ?? result.config ?? '')
  if (given.quiet && id !== '') await cli.print(`${id}\n`)
  if (given.iidfile !== '') await writeFile(cli.sys, inHere(given.iidfile), id)
  if (given['metadata-file'] === '') return
  const names = given.tag.map((tag) => canonical(tagged(parseReference(tag))))
  const { digest, config, mediaType, size } = result
  const metadata = {
    'buildx.build.ref': `${instance.name}/${nodeOf(instance)}/${ref}`,
    ...(config === undefined ? {} : { 'containerimage.config.digest': config }),
    ...(mediaType === undefined ? {} : { 'containerimage.descriptor': { mediaType, digest, size } }),
    ...(digest === undefined ? {} : { 'containerimage.digest': digest }),
    ...(names.length > 0 ? { 'image.name': names.join(',') } : {}),
  }
  await writeFile(cli.sys, inHere(given['metadata-file']), JSON.stringify(metadata, undefined, 2))
}
