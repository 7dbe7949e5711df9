import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from '@drydock/abi'
import { fromBase64 } from '@drydock/codec'
import type { FileTarget } from '@drydock/docker-api'
import type { Assignments, TaskObject } from '@drydock/swarm'
import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { exists, makeDirectories, quietly, writeBytes } from '../state/files.ts'

/** A secret or config as a file of a task. */
export interface TaskFile {
  readonly kind: 'secret' | 'config'
  readonly id: string
  readonly target: FileTarget
  /** Base64. */
  readonly data: string
}

/** Where such a file lies on the host and in the container. */
export interface TaskFileMount {
  readonly source: string
  readonly destination: string
}

/** Writes them into a tmpfs beside the container, which is gone when the machine is off. moby container_operations_unix.go */
export function writeTaskFiles(
  { sys, containers }: DaemonParts,
  container: Container,
  files: readonly TaskFile[],
): TaskFileMount[] {
  if (files.length === 0) return []
  const folder = secretsOf(containers, container)
  makeDirectories(sys, folder, 0o711)
  const mounted = files.every(({ id }) => exists(sys, `${folder}/${id}`))
  if (!mounted) sys.mount('tmpfs', folder, 'tmpfs', MS_NODEV | MS_NOSUID | MS_NOEXEC, 'mode=0711')
  return files.map(({ kind, id, target, data }) => {
    const source = `${folder}/${id}`
    if (!mounted) {
      writeBytes(sys, source, fromBase64(data))
      sys.chmod(source, target.Mode & 0o777)
      sys.chown(source, Number(target.UID) || 0, Number(target.GID) || 0)
    }
    const base = kind === 'secret' ? '/run/secrets/' : '/'
    return { source, destination: target.Name.startsWith('/') ? target.Name : `${base}${target.Name}` }
  })
}

/** Before the container's directory goes. */
export function dropTaskFiles({ sys, containers }: DaemonParts, container: Container): void {
  if (container.record.TaskFiles?.length) quietly(() => sys.umount(secretsOf(containers, container)))
}

const secretsOf = (containers: DaemonParts['containers'], { id }: Container): string =>
  `${containers.folder(id)}/mounts/secrets`

/** What a task's spec refers to, as the node was told it. */
export function filesOf(task: TaskObject, assignments: Assignments | undefined): TaskFile[] {
  const { Secrets, Configs } = task.Spec.ContainerSpec ?? {}
  const { secrets = [], configs = [] } = assignments ?? {}
  const dataOf = (list: readonly { ID: string; Spec: { Data?: string } }[], id: string): string =>
    list.find(({ ID }) => ID === id)?.Spec.Data ?? ''
  return [
    ...(Secrets ?? []).flatMap(({ SecretID, File }): TaskFile[] =>
      File ? [{ kind: 'secret', id: SecretID, target: File, data: dataOf(secrets, SecretID) }] : [],
    ),
    ...(Configs ?? []).flatMap(({ ConfigID, File }): TaskFile[] =>
      File ? [{ kind: 'config', id: ConfigID, target: File, data: dataOf(configs, ConfigID) }] : [],
    ),
  ]
}
