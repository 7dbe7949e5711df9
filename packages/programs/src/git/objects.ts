/** The object store: loose files of our own, packs read by isomorphic-git. gitrepository-layout(5), "objects". */
import { isErrno, type Sys } from '@drydock/abi'
import { concatBytes, hashHex, inflateAny, zlibDeflate } from '@drydock/codec'
import { readFile, writeFile } from '@drydock/libc'
import { isDirectoryAt } from './paths.ts'

export type Kind = 'blob' | 'commit' | 'tag' | 'tree'

/** `Ann <ann@example.com> 1700000000 +0100` in parts. */
export interface Person {
  readonly name: string
  readonly email: string
  readonly seconds: number
  readonly zone: string
}
export interface Commit {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
}
export interface Tag {
  readonly object: string
  readonly kind: string
  readonly name: string
  readonly tagger: Person | undefined
  readonly message: string
}
export interface TreeEntry {
  /** Six digits, as it is shown. */
  readonly mode: string
  readonly name: string
  readonly oid: string
}
export interface RawObject {
  readonly kind: Kind
  readonly bytes: Uint8Array
}
/** Reads what is in packs. */
export interface Packs {
  read(oid: string): Promise<RawObject | undefined>
  startingWith(prefix: string): Promise<string[]>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
export const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
export const NO_OID = '0'.repeat(40)
export const isTreeMode = (mode: string): boolean => mode === '040000'
export const kindOfMode = (mode: string): string => (isTreeMode(mode) ? 'tree' : mode === '160000' ? 'commit' : 'blob')

const framed = (kind: Kind, bytes: Uint8Array): Uint8Array =>
  concatBytes([encoder.encode(`${kind} ${bytes.length}\0`), bytes])

/** The number that git gives to an object. */
export const objectId = (kind: Kind, bytes: Uint8Array): string => hashHex('sha1', framed(kind, bytes))

export const printPerson = ({ name, email, seconds, zone }: Person): string => `${name} <${email}> ${seconds} ${zone}`

export function parsePerson(text: string): Person {
  const [, name = '', email = '', seconds = '0', zone = '+0000'] =
    /^(.*?) ?<(.*?)> ?(-?\d+)? ?([-+]\d{4})?/.exec(text) ?? []
  return { name, email, seconds: Number(seconds), zone }
}

/** Headers and what follows the empty line; a header's further lines begin with a space. */
function headers(bytes: Uint8Array): { rows: [string, string][]; message: string } {
  const text = decoder.decode(bytes)
  const end = text.indexOf('\n\n')
  const head = end < 0 ? text : text.slice(0, end)
  const rows = head
    .replaceAll('\n ', '\0')
    .split('\n')
    .map((line): [string, string] => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)])
  return { rows, message: end < 0 ? '' : text.slice(end + 2) }
}

export function parseCommit(oid: string, bytes: Uint8Array): Commit {
  const { rows, message } = headers(bytes)
  const one = (name: string): string => rows.find(([each]) => each === name)?.[1] ?? ''
  return {
    oid,
    tree: one('tree'),
    parents: rows.filter(([name]) => name === 'parent').map(([, value]) => value),
    author: parsePerson(one('author')),
    committer: parsePerson(one('committer')),
    message,
  }
}

export function parseTag(bytes: Uint8Array): Tag {
  const { rows, message } = headers(bytes)
  const one = (name: string): string | undefined => rows.find(([each]) => each === name)?.[1]
  const tagger = one('tagger')
  return {
    object: one('object') ?? '',
    kind: one('type') ?? '',
    name: one('tag') ?? '',
    tagger: tagger === undefined ? undefined : parsePerson(tagger),
    message,
  }
}

export function parseTree(bytes: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at)
    const [mode = '', ...name] = decoder.decode(bytes.subarray(at, end)).split(' ')
    const oid = Array.from(bytes.subarray(end + 1, end + 21), (byte) => byte.toString(16).padStart(2, '0')).join('')
    entries.push({ mode: mode.padStart(6, '0'), name: name.join(' '), oid })
    at = end + 21
  }
  return entries
}

const oidBytes = (oid: string): Uint8Array =>
  Uint8Array.from({ length: 20 }, (_, at) => Number.parseInt(oid.slice(at * 2, at * 2 + 2), 16))

/** Names of folders sort as if a slash followed them. */
const sortKey = ({ name, mode }: TreeEntry): string => (isTreeMode(mode) ? `${name}/` : name)

export function printTree(entries: readonly TreeEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  return concatBytes(
    sorted.flatMap(({ mode, name, oid }) => [encoder.encode(`${mode.replace(/^0/, '')} ${name}\0`), oidBytes(oid)]),
  )
}

export class Objects {
  private readonly commits = new Map<string, Commit>()
  private readonly trees = new Map<string, readonly TreeEntry[]>()
  private readonly sys: Sys
  readonly folder: string
  private readonly packs: Packs

  /** @param folder  `.git/objects` */
  constructor(sys: Sys, folder: string, packs: Packs) {
    this.sys = sys
    this.folder = folder
    this.packs = packs
  }

  private loose(oid: string): string {
    return `${this.folder}/${oid.slice(0, 2)}/${oid.slice(2)}`
  }

  async read(oid: string): Promise<RawObject | undefined> {
    try {
      return parseLoose(inflateAny(await readFile(this.sys, this.loose(oid))))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    if (oid === EMPTY_TREE) return { kind: 'tree', bytes: new Uint8Array(0) }
    return this.packs.read(oid)
  }

  async has(oid: string): Promise<boolean> {
    try {
      this.sys.stat(this.loose(oid))
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      return (await this.read(oid)) !== undefined
    }
  }

  async kind(oid: string): Promise<Kind | undefined> {
    return (await this.read(oid))?.kind
  }

  async write(kind: Kind, content: Uint8Array | string): Promise<string> {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const oid = objectId(kind, bytes)
    if (!isDirectoryAt(this.sys, `${this.folder}/${oid.slice(0, 2)}`))
      this.sys.mkdir(`${this.folder}/${oid.slice(0, 2)}`)
    else if (await this.has(oid)) return oid
    await writeFile(this.sys, this.loose(oid), zlibDeflate(framed(kind, bytes)), 0o444)
    return oid
  }

  async blob(oid: string): Promise<Uint8Array> {
    if (oid === EMPTY_BLOB) return new Uint8Array(0)
    return (await this.read(oid))?.bytes ?? new Uint8Array(0)
  }

  /** @returns undefined for what is no commit */
  async findCommit(oid: string): Promise<Commit | undefined> {
    const known = this.commits.get(oid)
    if (known) return known
    const object = await this.read(oid)
    if (object?.kind !== 'commit') return undefined
    const commit = parseCommit(oid, object.bytes)
    this.commits.set(oid, commit)
    return commit
  }

  /** @throws Error for what is no commit: callers have looked */
  async commit(oid: string): Promise<Commit> {
    const found = await this.findCommit(oid)
    if (!found) throw new Error(`no commit ${oid}`)
    return found
  }

  async tree(oid: string): Promise<readonly TreeEntry[]> {
    const known = this.trees.get(oid)
    if (known) return known
    const object = await this.read(oid)
    const entries = object?.kind === 'tree' ? parseTree(object.bytes) : []
    this.trees.set(oid, entries)
    return entries
  }

  /** Follows tags to what they stand for. */
  async peel(oid: string): Promise<string> {
    for (let at = oid; ; ) {
      const object = await this.read(at)
      if (object?.kind !== 'tag') return at
      at = parseTag(object.bytes).object
    }
  }

  async writeCommit({ tree, parents, author, committer, message }: Omit<Commit, 'oid'>): Promise<string> {
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${printPerson(author)}`,
      `committer ${printPerson(committer)}`,
    ]
    return this.write('commit', `${lines.join('\n')}\n\n${message}`)
  }

  /** Every loose object, by name. */
  looseIds(): string[] {
    const ids: string[] = []
    for (const { name } of this.sys.readdir(this.folder))
      if (/^[0-9a-f]{2}$/.test(name))
        for (const { name: rest } of this.sys.readdir(`${this.folder}/${name}`))
          if (rest.length === 38) ids.push(name + rest)
    return ids.sort()
  }

  /** Objects whose names begin so. */
  async startingWith(prefix: string): Promise<string[]> {
    const folder = `${this.folder}/${prefix.slice(0, 2)}`
    const loose = isDirectoryAt(this.sys, folder)
      ? this.sys.readdir(folder).map(({ name }) => prefix.slice(0, 2) + name)
      : []
    return [...new Set([...loose.filter((oid) => oid.startsWith(prefix)), ...(await this.packs.startingWith(prefix))])]
  }
}

function parseLoose(bytes: Uint8Array): RawObject {
  const end = bytes.indexOf(0)
  const [kind = 'blob'] = decoder.decode(bytes.subarray(0, end)).split(' ')
  return { kind: kind as Kind, bytes: bytes.subarray(end + 1) }
}
