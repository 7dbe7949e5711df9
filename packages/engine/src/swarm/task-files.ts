import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from '@drydock/abi'
import { fromBase64, toBase64 } from '@drydock/codec'
import type { Config, FileTarget, Secret } from '@drydock/docker-api'
import type { Assignments, TaskObject } from '@drydock/swarm'
import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { exists, makeDirectories, quietly, writeBytes } from '../state/files.ts'
import { ExpansionError, type Placeholders } from './templates.ts'

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

/** What a task's spec refers to, as the node was told it. @throws ExpansionError for a template that asks for what is not there */
export function filesOf(
  task: TaskObject,
  assignments: Assignments | undefined,
  placeholders: Placeholders,
): TaskFile[] {
  const all = rawFiles(task, assignments)
  const textOf =
    (kind: TaskFile['kind']) =>
    (target: string): string | undefined => {
      const found = all.find((file) => file.kind === kind && file.target.Name === target)
      return found && decode(found.data)
    }
  const payloads = { secret: textOf('secret'), config: textOf('config') }
  return all.map(({ template, ...file }) => {
    if (!template) return file
    try {
      return { ...file, data: toBase64(placeholders.expandPayload(decode(file.data), payloads)) }
    } catch (error) {
      if (!(error instanceof ExpansionError)) throw error
      const { kind, id } = file
      throw new ExpansionError(
        `unable to get ${kind} from ${kind} store: failed to expand templated ${kind} ${id}: ${error.message}`,
      )
    }
  })
}

interface RawFile extends TaskFile {
  /** Its text is a template. */
  readonly template: boolean
}

const decode = (data: string): string => new TextDecoder().decode(fromBase64(data))

function rawFiles({ Spec }: TaskObject, assignments: Assignments | undefined): RawFile[] {
  const { Secrets, Configs } = Spec.ContainerSpec ?? {}
  const { secrets = [], configs = [] } = assignments ?? {}
  const file = (
    kind: TaskFile['kind'],
    list: readonly (Secret | Config)[],
    id: string,
    target: FileTarget | null | undefined,
  ): RawFile[] => {
    const found = list.find(({ ID }) => ID === id)?.Spec
    return target
      ? [{ kind, id, target, data: found?.Data ?? '', template: found?.Templating?.Name === TEMPLATE_DRIVER }]
      : []
  }
  return [
    ...(Secrets ?? []).flatMap(({ SecretID, File }) => file('secret', secrets, SecretID, File)),
    ...(Configs ?? []).flatMap(({ ConfigID, File }) => file('config', configs, ConfigID, File)),
  ]
}

const TEMPLATE_DRIVER = 'golang'
