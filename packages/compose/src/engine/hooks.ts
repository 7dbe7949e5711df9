import type { ContainerSummary } from '@drydock/docker-api'
import { ComposeError } from '../model/tree.ts'
import type { Hook } from '../model/types.ts'
import type { Backend } from './backend.ts'
import { environmentWords } from './container-body.ts'
import { serviceOf } from './labels.ts'

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
