import { ApiError, type SolveStatus, type VertexStatus } from '@drydock/docker-api'
import { type Cli, CliError, parseReference } from '@drydock/cli-plugin'
import { BuildTrace } from '../../build-progress/build-trace.ts'
import { openDisplay } from '../../build-progress/build-display.ts'
import { pullImage } from '../image/pull-image.ts'
import { type Instance, nodeOf } from './instances.ts'

export const BUILDKIT = 'v0.22.0'
const IMAGE = 'moby/buildkit:buildx-stable-1'
const STEP = '[internal] booting buildkit'
const STATE = '/var/lib/buildkit'

type Tell = (status: SolveStatus) => Promise<void>

/** Has a container of its own. */
export const isContained = ({ driver }: Instance): boolean => driver === 'docker-container'

/** buildx driver/docker-container/driver.go */
export const containerOf = (instance: Instance): string => `buildx_buildkit_${nodeOf(instance)}`
const volumeOf = (instance: Instance): string => `${containerOf(instance)}_state`

/** What `buildx ls` says of a builder. */
export async function statusOf(cli: Cli, instance: Instance): Promise<'running' | 'stopped' | 'inactive'> {
  if (instance.driver === 'docker') return 'running'
  if (!isContained(instance)) return 'inactive'
  const state = await containerState(cli, instance)
  return state === undefined ? 'inactive' : state ? 'running' : 'stopped'
}

/** @returns whether its container runs; undefined where there is none */
async function containerState(cli: Cli, instance: Instance): Promise<boolean | undefined> {
  try {
    return (await cli.client.containers.inspect(containerOf(instance))).State.Running
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Starts the builder's container, and makes it before; nothing is told where it runs already. */
export async function boot(cli: Cli, instance: Instance, tell: Tell): Promise<void> {
  if (!isContained(instance)) return
  const state = await containerState(cli, instance)
  if (state === true) return
  const now = (): number => cli.sys.clock.now()
  const started = now()
  const step = (completed?: number, error = ''): Promise<void> =>
    tell({ ...NOTHING, vertexes: [{ digest: STEP, inputs: [], name: STEP, cached: false, started, completed, error }] })
  const part = async (id: string, run: () => Promise<unknown>): Promise<void> => {
    const from = now()
    const status = (completed?: number): VertexStatus => ({ ...PART, id, timestamp: now(), started: from, completed })
    await tell({ ...NOTHING, statuses: [status()] })
    await run()
    await tell({ ...NOTHING, statuses: [status(now())] })
  }
  await step()
  try {
    if (state === undefined) {
      if (!(await hasImage(cli)))
        await part(`pulling image ${IMAGE}`, () =>
          pullImage(cli, parseReference(IMAGE), { platform: '', quiet: true, fd: 1 }),
        )
      await part(`creating container ${containerOf(instance)}`, () => create(cli, instance))
    } else
      await part(`starting container ${containerOf(instance)}`, () =>
        cli.client.containers.start(containerOf(instance)),
      )
    await step(now())
  } catch (error) {
    if (error instanceof ApiError || error instanceof CliError) await step(now(), error.message)
    throw error
  }
}

const NOTHING: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] }
const PART = { vertex: STEP, name: '', current: 0, total: 0 }

async function hasImage(cli: Cli): Promise<boolean> {
  try {
    await cli.client.images.inspect(IMAGE)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false
    throw error
  }
}

async function create(cli: Cli, instance: Instance): Promise<void> {
  const name = containerOf(instance)
  await cli.client.containers.create(
    {
      Image: IMAGE,
      Cmd: ['--allow-insecure-entitlement=network.host', ...(instance.flags ?? [])],
      HostConfig: {
        Privileged: true,
        RestartPolicy: { Name: 'unless-stopped' },
        Mounts: [{ Type: 'volume', Source: volumeOf(instance), Target: STATE }],
      },
    },
    { name },
  )
  await cli.client.containers.start(name)
}

/** `--bootstrap`: boots and shows it. */
export async function bootShown(cli: Cli, instance: Instance): Promise<void> {
  const trace = new BuildTrace()
  const display = openDisplay(cli, 'auto', trace, undefined)
  await boot(cli, instance, (status) => display.update(status))
  if (trace.vertexes.size > 0) await display.finish()
}

export async function stopContainer(cli: Cli, instance: Instance): Promise<void> {
  if (isContained(instance) && (await containerState(cli, instance)))
    await cli.client.containers.stop(containerOf(instance))
}

/** Takes away the container, and what it kept unless that is wanted. */
export async function removeContainer(cli: Cli, instance: Instance, keepState: boolean): Promise<void> {
  if (!isContained(instance) || (await containerState(cli, instance)) === undefined) return
  await cli.client.containers.remove(containerOf(instance), { force: true, v: true })
  if (!keepState) await cli.client.volumes.remove(volumeOf(instance))
}
