import { inBackground } from '@drydock/cli-plugin'
import type { ContainerSummary } from '@drydock/docker-api'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Hook } from '../model/types.ts'
import type { Backend } from './backend.ts'
import { environmentWords } from './container-body.ts'
import { LABEL, labelOf, nameOf, serviceOf } from './labels.ts'

const POLL_MS = 100

/** Commands run inside a container when it has started or is about to stop. compose-spec, "post_start". @throws ComposeError */
export async function runHooks(backend: Backend, container: ContainerSummary, hooks: readonly Hook[]): Promise<void> {
  for (const hook of hooks) await runHook(backend, container, hook)
}

async function runHook(backend: Backend, container: ContainerSummary, hook: Hook): Promise<void> {
  const { Id } = await backend.client.exec.create(container.Id, {
    Cmd: hook.command ?? [],
    AttachStdout: false,
    AttachStderr: false,
    ...(hook.user ? { User: hook.user } : {}),
    ...(hook.privileged ? { Privileged: true } : {}),
    ...(hook.working_dir ? { WorkingDir: hook.working_dir } : {}),
    ...(hook.environment ? { Env: environmentWords(hook.environment) } : {}),
  })
  await backend.client.exec.startDetached(Id)
  for (;;) {
    const { Running: running, ExitCode: code } = await backend.client.exec.inspect(Id)
    if (!running) {
      if (code === 0 || code === null) return
      throw new ComposeError(`${serviceOf(container)} hook exited with status ${code}`)
    }
    await backend.cli.sys.sleep(POLL_MS)
  }
}

/**
 * Containers that run to their end before a service starts, with its volumes and in its network namespace's place.
 * compose-spec, "pre_start". @throws ComposeError when one fails; it is left for a look
 */
export async function runPreStart(
  backend: Backend,
  container: ContainerSummary,
  hooks: readonly Hook[],
): Promise<void> {
  for (const [i, hook] of hooks.entries()) await runPreStartHook(backend, container, hook, i)
}

async function runPreStartHook(
  backend: Backend,
  container: ContainerSummary,
  hook: Hook,
  index: number,
): Promise<void> {
  const { containers } = backend.client
  const [network] = Object.keys(container.NetworkSettings?.Networks ?? {})
  const labels = {
    [LABEL.project]: labelOf(container, LABEL.project),
    [LABEL.service]: serviceOf(container),
    [LABEL.hook]: 'pre_start',
  }
  const { Id } = await containers.create(
    {
      Image: hook.image ?? container.Image,
      Cmd: hook.command ?? [],
      Labels: labels,
      ...(hook.user ? { User: hook.user } : {}),
      ...(hook.working_dir ? { WorkingDir: hook.working_dir } : {}),
      ...(hook.environment ? { Env: environmentWords(hook.environment) } : {}),
      HostConfig: {
        VolumesFrom: [container.Id],
        ...(network === undefined ? {} : { NetworkMode: network }),
        ...(hook.privileged ? { Privileged: true } : {}),
      },
    },
    { name: `${nameOf(container)}-pre_start-${index + 1}` },
  )
  const waiting = await containers.wait(Id, 'next-exit')
  inBackground(waiting.result)
  await containers.start(Id)
  const { StatusCode: code } = await waiting.result
  if (code !== 0) throw new ComposeError(`${serviceOf(container)} pre_start hook exited with status ${code}`)
  await containers.remove(Id, { force: true, v: true })
}
