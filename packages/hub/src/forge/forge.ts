/** A forge at github.com: repositories that lessons clone, over git's smart HTTP. gitprotocol-http(5), gitprotocol-pack(5). */
import type { ByteStream } from '@drydock/abi'
import { hashHex, zlibDeflate } from '@drydock/codec'
import { type ServerRequest, type ServerResponse, serveConnection } from '@drydock/http'
import {
  buildRepository,
  type ObjectKind,
  type ObjectStore,
  type Repository,
  type RepositorySource,
} from './objects.ts'
import { REPOSITORIES } from './repositories/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const CAPABILITIES = 'multi_ack side-band-64k ofs-delta shallow no-progress agent=git/github'
const KINDS: Readonly<Record<ObjectKind, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 }
const FLUSH = '0000'
const BAND = 65_000

const packet = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0)
  return whole
}

/** The head of an object in a pack: its kind and its length, seven bits a byte. */
function packHead(kind: number, length: number): number[] {
  const bytes = [(kind << 4) | (length & 15)]
  for (let rest = length >>> 4; rest > 0; rest >>>= 7) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80
    bytes.push(rest & 0x7f)
  }
  return bytes
}

export function makePack(objects: ObjectStore, ids: Iterable<string>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const id of ids) {
    const object = objects.get(id)
    if (object)
      parts.push(Uint8Array.from(packHead(KINDS[object.kind], object.bytes.length)), zlibDeflate(object.bytes))
  }
  const head = new Uint8Array(12)
  const view = new DataView(head.buffer)
  head.set(encoder.encode('PACK'))
  view.setUint32(4, 2)
  view.setUint32(8, parts.length / 2)
  const body = join([head, ...parts])
  const sum = (hashHex('sha1', body).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  return join([body, Uint8Array.from(sum)])
}

const sideband = (band: number, bytes: Uint8Array): Uint8Array =>
  join([encoder.encode((bytes.length + 5).toString(16).padStart(4, '0')), Uint8Array.of(band), bytes])

export class Forge {
  private readonly built = new Map<string, Repository>()
  private readonly sources: ReadonlyMap<string, RepositorySource>

  constructor(sources: readonly RepositorySource[] = REPOSITORIES) {
    this.sources = new Map(sources.map((source) => [source.name.toLowerCase(), source]))
  }

  serve(stream: ByteStream): Promise<void> {
    return serveConnection(stream, (request) => this.handle(request), { server: 'github.com' })
  }

  private find(name: string): Repository | undefined {
    const key = name.toLowerCase().replace(/\.git$/, '')
    const source = this.sources.get(key)
    if (!source) return undefined
    const repository = this.built.get(key) ?? buildRepository(source)
    this.built.set(key, repository)
    return repository
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    const [, name = '', rest = ''] =
      /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack|\/?)$/.exec(request.path) ?? []
    const repository = this.find(name)
    const service = request.query.get('service') ?? ''
    if (rest === '/git-receive-pack' || service === 'git-receive-pack' || (!repository && rest.startsWith('/')))
      return { status: 401, headers: [['WWW-Authenticate', 'Basic realm="GitHub"']], body: 'Repository not found.' }
    if (!repository) return { status: 404, body: 'Not Found\n' }
    if (rest === '/info/refs') return advertise(repository)
    if (rest === '/git-upload-pack') return this.upload(repository, request)
    return page(name, repository)
  }

  private async upload({ objects }: Repository, request: ServerRequest): Promise<ServerResponse> {
    const asked = decoder.decode(await request.body.readAll())
    const ids = (word: string): string[] =>
      Array.from(asked.matchAll(new RegExp(`${word} ([0-9a-f]{40})`, 'g')), ([, id = '']) => id)
    const depth = Number(/deepen (\d+)/.exec(asked)?.[1] ?? 0)
    const had = new Set<string>()
    for (const id of ids('have')) objects.reach(id, had)
    const wanted = new Set<string>()
    const shallow = new Set<string>()
    for (const id of ids('want')) {
      if (depth > 0) reachShallow(objects, id, depth, wanted, shallow)
      else objects.reach(id, wanted)
    }
    const sent = [...wanted].filter((id) => !had.has(id))
    const pack = makePack(objects, sent)
    const count = `Enumerating objects: ${sent.length}, done.\nCounting objects: 100% (${sent.length}/${sent.length}), done.\nCompressing objects: 100% (${sent.length}/${sent.length}), done.\nTotal ${sent.length} (delta 0), reused ${sent.length} (delta 0), pack-reused 0\n`
    const bands: Uint8Array[] = [sideband(2, encoder.encode(count))]
    for (let at = 0; at < pack.length; at += BAND) bands.push(sideband(1, pack.subarray(at, at + BAND)))
    const cut = depth > 0 ? `${[...shallow].map((id) => packet(`shallow ${id}`)).join('')}${FLUSH}` : ''
    const body = join([encoder.encode(cut + packet('NAK\n')), ...bands, encoder.encode(FLUSH)])
    return {
      status: 200,
      headers: [
        ['Content-Type', 'application/x-git-upload-pack-result'],
        ['Cache-Control', 'no-cache'],
      ],
      body,
    }
  }
}

/** Commits up to a depth, and all their files. @param cut  gets those whose parents stay away */
function reachShallow(objects: ObjectStore, id: string, depth: number, into: Set<string>, cut: Set<string>): void {
  const text = decoder.decode(objects.get(id)?.bytes ?? new Uint8Array(0))
  into.add(id)
  const tree = /^tree ([0-9a-f]{40})$/m.exec(text)?.[1]
  if (tree) objects.reach(tree, into)
  const parents = Array.from(text.matchAll(/^parent ([0-9a-f]{40})$/gm), ([, each = '']) => each)
  if (depth <= 1 && parents.length > 0) cut.add(id)
  if (depth > 1) for (const parent of parents) reachShallow(objects, parent, depth - 1, into, cut)
}

function advertise({ refs, branch }: Repository): ServerResponse {
  const head = refs.get(`refs/heads/${branch}`) ?? ''
  const lines = [
    `${head} HEAD\0${CAPABILITIES} symref=HEAD:refs/heads/${branch}\n`,
    ...[...refs].map(([name, id]) => `${id} ${name}\n`),
  ]
  const body = packet('# service=git-upload-pack\n') + FLUSH + lines.map(packet).join('') + FLUSH
  return {
    status: 200,
    headers: [
      ['Content-Type', 'application/x-git-upload-pack-advertisement'],
      ['Cache-Control', 'no-cache'],
    ],
    body,
  }
}

const page = (name: string, { refs }: Repository): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', 'text/html; charset=utf-8']],
  body: `<!doctype html><title>${name}</title><h1>${name}</h1><p>A repository of this playground. <code>git clone https://github.com/${name}</code></p><ul>${[...refs.keys()].map((ref) => `<li>${ref}</li>`).join('')}</ul>\n`,
})
