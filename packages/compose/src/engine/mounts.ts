import type { HostConfig, Mount } from '@drydock/docker-api'
import type { Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { FileObject, FileReference, Service, VolumeMount } from '../model/types.ts'

/** What of a service's mounts the old `Binds` can say goes there, as compose does it; the rest are `Mounts`. */
export function mountConfig(
  project: Project,
  service: Service,
  inherited: ReadonlyMap<string, Mount>,
): Pick<HostConfig, 'Binds' | 'Mounts'> {
  const binds: string[] = []
  const mounts = new Map<string, Mount>(inherited)
  for (const volume of service.volumes ?? []) {
    if (inherited.has(volume.target ?? '') && !volume.source) continue
    mounts.delete(volume.target ?? '')
    const bind = bindWord(project, volume)
    if (bind === undefined) mounts.set(volume.target ?? '', toMount(project, volume))
    else binds.push(bind)
  }
  const taken = new Set((service.volumes ?? []).map(({ target }) => target))
  for (const mount of fileMounts(project, service)) if (!taken.has(mount.Target)) mounts.set(mount.Target, mount)
  return {
    ...(binds.length > 0 ? { Binds: binds } : {}),
    ...(mounts.size > 0 ? { Mounts: [...mounts.values()] } : {}),
  }
}

function bindWord(project: Project, volume: VolumeMount): string | undefined {
  const { type, source = '', target = '', bind, volume: options } = volume
  if (type === 'bind') {
    if (bind && (bind.create_host_path !== true || bind.propagation || bind.recursive)) return undefined
    return word(source, target, volume)
  }
  const known = type === 'volume' ? project.volumes.get(source) : undefined
  if (!known || options?.labels || options?.subpath || options?.nocopy) return undefined
  return word(known.name ?? source, target, volume)
}
function word(source: string, target: string, { read_only: readOnly, bind, volume }: VolumeMount): string {
  const options = [readOnly ? 'ro' : 'rw', bind?.selinux, bind?.propagation, volume?.nocopy ? 'nocopy' : undefined]
  return `${source}:${target}:${options.filter((option) => option !== undefined).join(',')}`
}

const RECURSION: Readonly<Record<string, NonNullable<Mount['BindOptions']>>> = {
  disabled: { NonRecursive: true },
  writable: { ReadOnlyNonRecursive: true },
  readonly: { ReadOnlyForceRecursive: true },
}

function toMount(project: Project, volume: VolumeMount): Mount {
  const { type = 'volume', source = '', target = '', bind, tmpfs, image } = volume
  const name = type === 'volume' && source !== '' ? (project.volumes.get(source)?.name ?? source) : source
  const mount: Mount = { Type: type, Target: target }
  if (name !== '') mount.Source = name
  if (volume.read_only) mount.ReadOnly = true
  if (volume.consistency) mount.Consistency = volume.consistency
  if (type === 'bind' && bind)
    mount.BindOptions = {
      ...(bind.propagation ? { Propagation: bind.propagation } : {}),
      ...(bind.create_host_path ? { CreateMountpoint: true } : {}),
      ...RECURSION[bind.recursive ?? ''],
    }
  if (type === 'volume' && volume.volume)
    mount.VolumeOptions = {
      NoCopy: volume.volume.nocopy ?? false,
      Subpath: volume.volume.subpath ?? '',
      Labels: Object.fromEntries(volume.volume.labels ?? []),
    }
  if (type === 'tmpfs' && tmpfs) mount.TmpfsOptions = { SizeBytes: tmpfs.size?.value ?? 0, Mode: tmpfs.mode ?? 0 }
  if (type === 'image' && image) mount.ImageOptions = { Subpath: image.subpath ?? '' }
  return mount
}

/** Secrets and configs that are files are mounted; the others are written in when the container is there. */
function fileMounts(project: Project, service: Service): Mount[] {
  const kinds = [
    { what: 'secret', plural: 'secrets', folder: '/run/secrets/', references: service.secrets, known: project.secrets },
    { what: 'config', plural: 'configs', folder: '/', references: service.configs, known: project.configs },
  ]
  return kinds.flatMap(({ what, plural, folder, references, known }) =>
    (references ?? []).flatMap((reference) => {
      const object = known.get(reference.source ?? '') ?? {}
      check(object, what, plural)
      if (object.environment !== undefined || object.content !== undefined) return []
      return [{ Type: 'bind', Source: object.file ?? '', Target: targetOf(reference, folder), ReadOnly: true }]
    }),
  )
}
export function targetOf({ source = '', target = '' }: FileReference, folder: string): string {
  if (target === '') return folder + source
  return target.startsWith('/') ? target : folder + target
}
function check(object: FileObject, what: string, plural: string): void {
  if (object.external) throw new ComposeError(`unsupported external ${what} ${object.name ?? ''}`)
  if (object.driver) throw new ComposeError(`Docker Compose does not support ${plural}.*.driver`)
  if (object.template_driver) throw new ComposeError(`Docker Compose does not support ${plural}.*.template_driver`)
}
