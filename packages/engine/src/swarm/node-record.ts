import type { Sys } from '@drydock/abi'
import type { Assignments, SavedTerm, Snapshot } from '@drydock/swarm'
import { makeDirectories, readRecord, removeTree, writeRecord } from '../state/files.ts'

/** What a node knows of itself as a member of a swarm. */
export interface NodeRecord {
  readonly nodeId: string
  /** What it shows to be let in again. */
  readonly secret: string
  readonly role: 'manager' | 'worker'
  /** As others reach it, without a port. */
  readonly address: string
  readonly dataPathAddr: string
  /** Where its manager listens, as others reach it. */
  readonly managerAddr: string
  readonly managers: readonly { readonly NodeID: string; readonly Addr: string }[]
}

/** Where a node says that it is to be found. */
export type Place = Pick<NodeRecord, 'address' | 'dataPathAddr' | 'managerAddr'>

/** Addresses of the managers it knows; one of them leads, or knows who does. */
export const managersKnown = (record: NodeRecord | undefined): string[] =>
  record?.managers.map(({ Addr }) => Addr) ?? []

/** The swarm's files below the data root. */
export class NodeFiles {
  private readonly sys: Sys
  private readonly folder: string

  constructor(sys: Sys, root: string) {
    this.sys = sys
    this.folder = `${root}/swarm`
  }

  loadRecord = (): NodeRecord | undefined => readRecord<NodeRecord>(this.sys, `${this.folder}/docker-state.json`)
  loadSnapshot = (): Snapshot | undefined => readRecord<Snapshot>(this.sys, `${this.folder}/raft/snapshot.json`)
  loadAssignments = (): Assignments | undefined => readRecord<Assignments>(this.sys, `${this.folder}/worker/tasks.json`)
  loadTerm = (): SavedTerm | undefined => readRecord<SavedTerm>(this.sys, `${this.folder}/raft/term.json`)

  saveRecord(record: NodeRecord): void {
    for (const folder of ['', '/raft', '/worker']) makeDirectories(this.sys, `${this.folder}${folder}`, 0o700)
    writeRecord(this.sys, `${this.folder}/docker-state.json`, record)
  }
  saveSnapshot(snapshot: Snapshot): void {
    makeDirectories(this.sys, `${this.folder}/raft`, 0o700)
    writeRecord(this.sys, `${this.folder}/raft/snapshot.json`, snapshot)
  }
  saveTerm(term: SavedTerm): void {
    makeDirectories(this.sys, `${this.folder}/raft`, 0o700)
    writeRecord(this.sys, `${this.folder}/raft/term.json`, term)
  }
  saveAssignments(assignments: Assignments): void {
    writeRecord(this.sys, `${this.folder}/worker/tasks.json`, assignments)
  }

  /** A worker has no copy of the cluster's state. */
  dropSnapshot = (): void => removeTree(this.sys, `${this.folder}/raft`)
  clear = (): void => removeTree(this.sys, this.folder)
}
