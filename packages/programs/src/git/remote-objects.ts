/** What one repository needs of another. */
import { isTreeMode, type Kind, type Objects, parseTag } from './objects.ts'

export interface RemoteRef {
  readonly name: string
  readonly oid: string
}
export interface Advertised {
  /** What its HEAD stands for, `refs/heads/main`. */
  readonly head: string | undefined
  /** HEAD's commit, where HEAD has one. */
  readonly headOid: string | undefined
  readonly refs: readonly RemoteRef[]
}
export interface Update {
  readonly name: string
  readonly before: string | undefined
  /** Undefined deletes. */
  readonly after: string | undefined
}
/** What became of an update: undefined is well. */
export type Refusal = string | undefined

export interface Remote {
  readonly isLocal: boolean
  advertised(): Promise<Advertised>
  /** Brings what these names lead to into the store. */
  fetch(objects: Objects, wants: readonly string[], haves: readonly string[]): Promise<void>
  push(objects: Objects, updates: readonly Update[], known: readonly string[]): Promise<readonly Refusal[]>
}

/** Every object that these lead to and that is not known there. */
export async function missing(
  from: Objects,
  wants: readonly string[],
  has: (oid: string) => Promise<boolean>,
): Promise<{ oid: string; kind: Kind; bytes: Uint8Array }[]> {
  const seen = new Set<string>()
  const found: { oid: string; kind: Kind; bytes: Uint8Array }[] = []
  const queue = [...wants]
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid) || (await has(oid))) continue
    seen.add(oid)
    const object = await from.read(oid)
    if (!object) continue
    found.push({ oid, ...object })
    if (object.kind === 'commit') {
      const commit = await from.commit(oid)
      queue.push(commit.tree, ...commit.parents)
    } else if (object.kind === 'tree')
      for (const entry of await from.tree(oid))
        if (isTreeMode(entry.mode) || !entry.mode.startsWith('16')) queue.push(entry.oid)
    if (object.kind === 'tag') queue.push(parseTag(object.bytes).object)
  }
  return found
}
