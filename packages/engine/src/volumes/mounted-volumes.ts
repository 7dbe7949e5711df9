import { isErrno, MS_BIND, type Sys } from '@drydock/abi'
import type { Volume } from '@drydock/docker-api'
import { systemProblem } from '../problem.ts'
import { quietly } from '../state/files.ts'

/** Volumes whose options name a file system: it is mounted while a container uses the volume. moby volume/local */
export class MountedVolumes {
  /** Volume -> ids of the containers that use it. */
  private readonly users = new Map<string, Set<string>>()
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** @throws Problem system */
  acquire({ Name, Mountpoint, Options }: Volume, containerId: string): void {
    if (!Options) return
    const users = this.users.get(Name) ?? new Set<string>()
    if (users.size === 0) this.mount(Mountpoint, Options)
    this.users.set(Name, users.add(containerId))
  }

  release({ Name, Mountpoint, Options }: Volume, containerId: string): void {
    const users = this.users.get(Name)
    if (!Options || !users?.delete(containerId) || users.size > 0) return
    quietly(() => this.sys.umount(Mountpoint))
  }

  private mount(target: string, { type = '', device = '', o = '' }: Readonly<Record<string, string>>): void {
    const words = o.split(',').filter(Boolean)
    const bind = words.some((word) => word === 'bind' || word === 'rbind')
    const data = words.filter((word) => word.includes('=')).join(',')
    try {
      if (bind) this.sys.mount(device, target, 'bind', MS_BIND)
      else this.sys.mount(device, target, type, 0, data)
    } catch (error) {
      if (!isErrno(error)) throw error
      const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1)
      throw systemProblem(
        `error while mounting volume '${target}': failed to mount local volume: mount ${device}:${target}${o ? `, data: ${o}` : ''}: ${reason}`,
      )
    }
  }
}
