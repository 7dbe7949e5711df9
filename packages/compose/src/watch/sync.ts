import { isErrno } from '@drydock/abi'
import { hostTree, type HostMember, pack } from '@drydock/cli-plugin'
import { allOf, type Backend } from '../engine/backend.ts'
import { runHooks } from '../engine/hooks.ts'

/** A file or folder here, and where it belongs in the containers. */
export interface SyncMapping {
  readonly host: string
  readonly container: string
}

/** Brings changed files into all containers of a service; what is gone here goes there. docker/compose internal/sync/tar.go */
export class Sync {
  private readonly backend: Backend
  private readonly project: string

  constructor(backend: Backend, project: string) {
    this.backend = backend
    this.project = project
  }

  async apply(service: string, mappings: readonly SyncMapping[]): Promise<void> {
    const containers = await this.backend.containers(this.project, { services: [service] })
    const present = mappings.filter(({ host }) => this.exists(host))
    const gone = mappings.filter(({ host }) => !this.exists(host)).map(({ container }) => container)
    await allOf(containers, async (container) => {
      if (gone.length > 0) await runHooks(this.backend, container, [{ command: ['rm', '-rf', ...gone], user: '0' }])
      if (present.length === 0) return
      const tar = pack(this.backend.cli, this.members(present))
      await this.backend.client.containers.putArchive(container.Id, '/', tar, { copyUIDGID: true })
    })
  }

  private *members(mappings: readonly SyncMapping[]): Generator<HostMember, void, void> {
    for (const { host, container } of mappings) {
      const name = container.replace(/^\/+|\/+$/g, '')
      for (const member of hostTree(this.backend.cli, host, name))
        yield { ...member, header: { ...member.header, uid: 0, gid: 0 } }
    }
  }

  private exists(path: string): boolean {
    try {
      this.backend.cli.sys.lstat(path)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
}
