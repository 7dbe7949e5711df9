/** Objects of git by their names: what a repository on the forge is made of. gitformat-pack(5), "Object types". */
import { hashHex, toHex } from '@drydock/codec'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'
export interface GitObject {
  readonly kind: ObjectKind
  readonly bytes: Uint8Array
}

/** A state of files that somebody committed; files of the commit before stay unless they are undefined here. */
export interface Snapshot {
  readonly message: string
  readonly author?: string
  readonly email?: string
  /** Seconds since 1970. */
  readonly time: number
  readonly files: Readonly<Record<string, string | undefined>>
  /** Paths that are executable. */
  readonly executable?: readonly string[]
}
export interface RepositorySource {
  /** `owner/name`. */
  readonly name: string
  readonly branch?: string
  readonly commits: readonly Snapshot[]
  /** Branches and tags that end at one of the commits, by its place. */
  readonly branches?: Readonly<Record<string, number>>
  readonly tags?: Readonly<Record<string, number>>
}

const encoder = new TextEncoder()

export class ObjectStore {
  private readonly objects = new Map<string, GitObject>()

  add(kind: ObjectKind, content: string | Uint8Array): string {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const head = encoder.encode(`${kind} ${bytes.length}\0`)
    const whole = new Uint8Array(head.length + bytes.length)
    whole.set(head)
    whole.set(bytes, head.length)
    const id = hashHex('sha1', whole)
    this.objects.set(id, { kind, bytes })
    return id
  }

  get(id: string): GitObject | undefined {
    return this.objects.get(id)
  }

  /** Everything that can be reached from `id`, itself included. */
  reach(id: string, into: Set<string>): void {
    const object = this.objects.get(id)
    if (!object || into.has(id)) return
    into.add(id)
    if (object.kind === 'tree') for (const child of treeEntries(object.bytes)) this.reach(child, into)
    if (object.kind === 'commit')
      for (const [, child = ''] of new TextDecoder()
        .decode(object.bytes)
        .matchAll(/^(?:tree|parent) ([0-9a-f]{40})$/gm))
        this.reach(child, into)
  }
}

function treeEntries(bytes: Uint8Array): string[] {
  const ids: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at)
    ids.push(toHex(bytes.subarray(end + 1, end + 21)))
    at = end + 21
  }
  return ids
}

interface Folder {
  readonly files: Map<string, string>
  readonly folders: Map<string, Folder>
}
const emptyFolder = (): Folder => ({ files: new Map(), folders: new Map() })

function place(root: Folder, path: string, text: string): void {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  let folder = root
  for (const part of parts) {
    const next = folder.folders.get(part) ?? emptyFolder()
    folder.folders.set(part, next)
    folder = next
  }
  folder.files.set(name, text)
}

function addTree(store: ObjectStore, folder: Folder, prefix: string, executable: ReadonlySet<string>): string {
  const rows = [
    ...[...folder.files].map(([name, text]) => ({
      name,
      sort: name,
      mode: executable.has(prefix + name) ? '100755' : '100644',
      id: store.add('blob', text),
    })),
    ...[...folder.folders].map(([name, each]) => ({
      name,
      sort: `${name}/`,
      mode: '40000',
      id: addTree(store, each, `${prefix}${name}/`, executable),
    })),
  ].sort((a, b) => (a.sort < b.sort ? -1 : 1))
  const parts = rows.flatMap(({ mode, name, id }) => [
    ...encoder.encode(`${mode} ${name}\0`),
    ...(id.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  ])
  return store.add('tree', Uint8Array.from(parts))
}

/** A repository as it is served: names of branches and tags, and the objects behind them. */
export interface Repository {
  readonly objects: ObjectStore
  readonly branch: string
  /** Full names, as `refs/heads/main`. */
  readonly refs: ReadonlyMap<string, string>
}

export function buildRepository({ commits, branch = 'main', branches = {}, tags = {} }: RepositorySource): Repository {
  const objects = new ObjectStore()
  const files = new Map<string, string>()
  const executable = new Set<string>()
  const ids: string[] = []
  for (const commit of commits) {
    for (const [path, text] of Object.entries(commit.files)) {
      if (text === undefined) files.delete(path)
      else files.set(path, text)
    }
    for (const path of commit.executable ?? []) executable.add(path)
    const root = emptyFolder()
    for (const [path, text] of files) place(root, path, text)
    const tree = addTree(objects, root, '', executable)
    const who = `${commit.author ?? 'Drydock'} <${commit.email ?? 'hello@drydock.example'}> ${commit.time} +0000`
    const parent = ids.length > 0 ? `parent ${ids.at(-1)}\n` : ''
    ids.push(objects.add('commit', `tree ${tree}\n${parent}author ${who}\ncommitter ${who}\n\n${commit.message}\n`))
  }
  const last = ids.at(-1) ?? ''
  const at = (rows: Readonly<Record<string, number>>, prefix: string): [string, string][] =>
    Object.entries(rows).map(([name, index]) => [`${prefix}${name}`, ids[index] ?? last])
  const refs = new Map([[`refs/heads/${branch}`, last], ...at(branches, 'refs/heads/'), ...at(tags, 'refs/tags/')])
  return { objects, branch, refs: new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1))) }
}
