import type { Sys } from '@drydock/abi'
import { fromBase64, toBase64 } from '@drydock/codec'
import { openBox, sealBox } from '@drydock/crypto'
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

/** The cluster's state, in clear or under the swarm's unlock key. */
type SavedSnapshot = Snapshot | { readonly sealed: string }

/** The swarm's files below the data root. */
export class NodeFiles {
  private readonly sys: Sys
  private readonly folder: string
  private unlockKey: string | undefined

  constructor(sys: Sys, root: string) {
    this.sys = sys
    this.folder = `${root}/swarm`
  }

  loadRecord = (): NodeRecord | undefined => readRecord<NodeRecord>(this.sys, `${this.folder}/docker-state.json`)
  loadAssignments = (): Assignments | undefined => readRecord<Assignments>(this.sys, `${this.folder}/worker/tasks.json`)
  loadTerm = (): SavedTerm | undefined => readRecord<SavedTerm>(this.sys, `${this.folder}/raft/term.json`)

  saveRecord(record: NodeRecord): void {
    for (const folder of ['', '/raft', '/worker']) makeDirectories(this.sys, `${this.folder}${folder}`, 0o700)
    writeRecord(this.sys, `${this.folder}/docker-state.json`, record)
  }
  saveSnapshot(snapshot: Snapshot): void {
    makeDirectories(this.sys, `${this.folder}/raft`, 0o700)
    writeRecord(this.sys, this.snapshotFile, this.seal(snapshot))
  }

  /** Where managers lock themselves what lies on disk is of no use without the key. */
  private seal(snapshot: Snapshot): SavedSnapshot {
    const [cluster] = snapshot.cluster
    if (!cluster?.Spec.EncryptionConfig?.AutoLockManagers) return snapshot
    const random = (length: number): Uint8Array => this.sys.entropy.bytes(length)
    const plain = new TextEncoder().encode(JSON.stringify(snapshot))
    return { sealed: toBase64(sealBox(cluster.internal.unlockKey, plain, random)) }
  }

  /** Undefined where there is none, and as long as it is locked. */
  loadSnapshot(): Snapshot | undefined {
    const saved = this.savedSnapshot
    if (!saved || !('sealed' in saved)) return saved
    const plain = openBox(this.unlockKey ?? '', fromBase64(saved.sealed))
    return plain && (JSON.parse(new TextDecoder().decode(plain)) as Snapshot)
  }

  get isLocked(): boolean {
    return this.savedSnapshot !== undefined && this.loadSnapshot() === undefined
  }

  /** @returns whether it is the right key */
  unlock(key: string): boolean {
    this.unlockKey = key
    return !this.isLocked
  }

  private get savedSnapshot(): SavedSnapshot | undefined {
    return readRecord<SavedSnapshot>(this.sys, this.snapshotFile)
  }
  private get snapshotFile(): string {
    return `${this.folder}/raft/snapshot.json`
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
