import type { Sys } from '@drydock/abi'
import type { HostConfig } from '@drydock/docker-api'
import { conflict, invalid, noSuchContainer } from '../problem.ts'
import { listNames, makeDirectories, readRecord, removeTree, writeRecord } from '../state/files.ts'
import { Container } from './container.ts'
import type { ContainerRecord } from './record.ts'

/** All containers, on disk and by name. */
export class ContainerStore {
  private readonly byId = new Map<string, Container>()
  private readonly names = new Map<string, string>()
  private readonly sys: Sys
  private readonly directory: string

  constructor(sys: Sys, directory: string) {
    this.sys = sys
    this.directory = directory
  }

  /** Reads what an earlier daemon left. Torn records are passed over. */
  load(): void {
    makeDirectories(this.sys, this.directory, 0o710)
    for (const id of listNames(this.sys, this.directory)) {
      const record = readRecord<ContainerRecord>(this.sys, `${this.directory}/${id}/config.v2.json`)
      const hostConfig = readRecord<HostConfig>(this.sys, `${this.directory}/${id}/hostconfig.json`)
      if (record && hostConfig) this.keep(new Container(record, hostConfig))
    }
  }

  folder(id: string): string {
    return `${this.directory}/${id}`
  }

  /** Newest first. */
  all(): Container[] {
    return [...this.byId.values()].sort((a, b) => (a.record.Created < b.record.Created ? 1 : -1))
  }

  /** @throws Problem conflict when another container has the name */
  add(container: Container): void {
    this.requireFree(container.name)
    makeDirectories(this.sys, this.folder(container.id), 0o710)
    this.keep(container)
    this.save(container)
  }

  requireFree(name: string): void {
    const owner = this.names.get(name)
    if (owner === undefined) return
    throw conflict(
      `Conflict. The container name "/${name}" is already in use by container "${owner}". You have to remove (or rename) that container to be able to reuse that name.`,
    )
  }

  isTaken(name: string): boolean {
    return this.names.has(name)
  }

  rename(container: Container, name: string): void {
    this.requireFree(name)
    this.names.delete(container.name)
    container.record.Name = `/${name}`
    this.names.set(name, container.id)
    this.save(container)
  }

  save(container: Container): void {
    if (container.removed) return
    writeRecord(this.sys, `${this.folder(container.id)}/config.v2.json`, container.record)
    if (container.savedHostConfig === container.hostConfig) return
    writeRecord(this.sys, `${this.folder(container.id)}/hostconfig.json`, container.hostConfig)
    container.savedHostConfig = container.hostConfig
  }

  delete(container: Container): void {
    container.removed = true
    this.byId.delete(container.id)
    this.names.delete(container.name)
    removeTree(this.sys, this.folder(container.id))
  }

  /** By full id, name or the beginning of an id. @throws Problem not found, invalid when it is ambiguous */
  find(reference: string): Container {
    const found = this.peek(reference)
    if (found) return found
    throw noSuchContainer(reference)
  }

  peek(reference: string): Container | undefined {
    if (!reference) throw invalid('invalid name or ID supplied: ""')
    const name = reference.replace(/^\//, '')
    const exact = this.byId.get(name) ?? this.byId.get(this.names.get(name) ?? '')
    if (exact) return exact
    const matches = [...this.byId.values()].filter(({ id }) => id.startsWith(name))
    if (matches.length > 1) throw invalid(`Multiple IDs found with provided prefix: ${name}`)
    return matches[0]
  }

  private keep(container: Container): void {
    this.byId.set(container.id, container)
    this.names.set(container.name, container.id)
  }
}
