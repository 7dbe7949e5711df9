import { tarHeader, TarWriter } from '@drydock/codec'
import type { Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { FileObject, FileReference, Service } from '../model/types.ts'
import type { Backend } from './backend.ts'
import { targetOf } from './mounts.ts'

/** Secrets and configs whose content is in the project are copied into the container. */
export async function writeFileObjects(
  backend: Backend,
  project: Project,
  service: Service,
  container: string,
): Promise<void> {
  const groups = [
    ['secret', '/run/secrets/', service.secrets, project.secrets],
    ['config', '/', service.configs, project.configs],
  ] as const
  for (const [what, folder, references, known] of groups)
    for (const reference of references ?? []) {
      const object = known.get(reference.source ?? '') ?? {}
      const content = contentOf(project, object, what)
      if (content !== undefined) await write(backend, container, targetOf(reference, folder), content, reference)
    }
}

/** Undefined for what is a file or is kept elsewhere. @throws ComposeError when its variable is not set */
export function contentOf(project: Project, object: FileObject, what: string): string | undefined {
  if (object.environment === undefined) return object.content
  const value = project.environment.get(object.environment)
  if (value !== undefined) return value
  throw new ComposeError(
    `environment variable ${JSON.stringify(object.environment)} required by ${what} ${JSON.stringify(object.name ?? '')} is not set`,
  )
}

async function write(
  backend: Backend,
  container: string,
  target: string,
  content: string,
  reference: FileReference,
): Promise<void> {
  const writer = new TarWriter()
  const bytes = new TextEncoder().encode(content)
  const header = tarHeader(target.replace(/^\/+/, ''), {
    size: bytes.length,
    mode: reference.mode === undefined ? 0o444 : Number.parseInt(reference.mode, 8),
    uid: Number(reference.uid ?? 0),
    gid: Number(reference.gid ?? 0),
  })
  const member = writer.member(header, bytes)
  const end = writer.end()
  const tar = new Uint8Array(member.length + end.length)
  tar.set(member)
  tar.set(end, member.length)
  await backend.client.containers.putArchive(container, '/', tar, {
    copyUIDGID: reference.uid !== undefined || reference.gid !== undefined,
  })
}
