import type { ContainerCreateBody } from '@drydock/docker-api'
import type { RunStep } from '@drydock/dockerfile'
import { decodeUtf8 } from '@drydock/codec'
import { createContainer } from '../../containers/create.ts'
import type { Container } from '../../containers/container.ts'
import { removeNow } from '../../containers/remove.ts'
import { layerOf } from '../../containers/rootfs.ts'
import { startContainer } from '../../containers/start.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import { shortId } from '../../identifiers.ts'
import type { Image } from '../../images/image-store.ts'
import type { ProgressStream } from '../../images/progress.ts'
import { listNames } from '../../state/files.ts'
import type { BuildOptions } from '../build-options.ts'
import { BuildExit } from '../build-exit.ts'
import { DEFAULT_PATH } from '../../runtime/default-path.ts'

interface RunResult {
  /** Undefined when no file changed. */
  readonly diffId: string | undefined
  readonly container: string
}

/** RUN of the classic builder: a container like any other, whose changes become the layer. @throws BuildExit, Problem */
export async function runInContainer(
  parts: DaemonParts,
  options: BuildOptions,
  image: Image | undefined,
  step: RunStep,
  args: readonly string[],
  progress: ProgressStream,
): Promise<RunResult> {
  const base = image ?? emptyImage(parts)
  const container = parts.containers.find(createContainer(parts, '', bodyOf(options, base, step, args)).Id)
  await progress.send({ stream: ` ---> Running in ${shortId(container.id)}\n` })
  let failed = true
  try {
    await follow(parts, container, step, progress)
    failed = false
    return { diffId: await layerFrom(parts, container, image), container: container.id }
  } finally {
    if (options.forceRemove || (options.remove && !failed)) await remove(parts, container, progress)
  }
}

function bodyOf(options: BuildOptions, image: Image, step: RunStep, args: readonly string[]): ContainerCreateBody {
  const { network, extraHosts, memory, shmSize } = options
  return {
    Image: image.id,
    ...(step.args.length > 0 ? { Cmd: [...step.args], Entrypoint: [''] } : {}),
    Env: [...step.env.filter((pair) => !args.includes(pair)), ...args],
    WorkingDir: step.cwd,
    User: step.user,
    AttachStdout: true,
    AttachStderr: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: network,
      ...(extraHosts.length > 0 ? { ExtraHosts: [...extraHosts] } : {}),
      ...(memory > 0 ? { Memory: memory } : {}),
      ...(shmSize > 0 ? { ShmSize: shmSize } : {}),
    },
  }
}

async function follow(
  parts: DaemonParts,
  container: Container,
  step: RunStep,
  progress: ProgressStream,
): Promise<void> {
  const ended = container.waiters.nextExit()
  container.output.add(
    async (stream, bytes) => {
      const text = decodeUtf8(bytes)
      await progress.send({ stream: stream === 'stderr' ? `\u001b[91m${text}\u001b[0m` : text })
    },
    () => undefined,
  )
  await startContainer(parts, container)
  const { code } = await ended
  if (code !== 0) throw new BuildExit(`The command '${step.args.join(' ')}' returned a non-zero code: ${code}`, code)
}

async function layerFrom(
  parts: DaemonParts,
  container: Container,
  image: Image | undefined,
): Promise<string | undefined> {
  const { sys, places, images } = parts
  const diff = `${layerOf(places, container.id)}/diff`
  if (listNames(sys, diff).length === 0) return undefined
  const parent = image ? (images.layersOf(image).at(-1)?.chainId ?? '') : ''
  return (await images.layers.copyOf(parent, diff)).diffId
}

async function remove(parts: DaemonParts, container: Container, progress: ProgressStream): Promise<void> {
  await container.exclusively(() => removeNow(parts, container, { volumes: true }))
  await progress.send({ stream: `Removing intermediate container ${shortId(container.id)}\n` })
}

const EMPTY = {
  architecture: 'amd64',
  os: 'linux',
  config: { Env: [`PATH=${DEFAULT_PATH}`] },
  rootfs: { type: 'layers', diff_ids: [] },
}

/** Containers need an image: that of `FROM scratch` has nothing in it. */
const emptyImage = ({ images }: DaemonParts): Image => images.add(JSON.stringify(EMPTY))
