import { isDirectory, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { encodeUtf8, gunzipIfNeeded, TarReader, toBase64 } from '@drydock/codec'
import type { PathStat } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import type { Container } from '../containers/container.ts'
import { type ContainerPath, locate } from '../containers/host-path.ts'
import { withRootfs } from '../containers/rootfs.ts'
import { LayerUnpacker } from '../content/layer-store.ts'
import { treeTar } from '../content/tree-tar.ts'
import { invalid, notFound, Problem } from '../problem.ts'
import { ifExists } from '../state/files.ts'
import { formatTime } from '../timestamps.ts'
import { type Call, flag, param, type Route, route } from './route.ts'

/** Bits of Go's os.FileMode beside the permissions, by the kind of the file. */
const GO_MODES: readonly (readonly [number, number])[] = [
  [0o040000, 2 ** 31],
  [0o120000, 2 ** 27],
  [0o060000, 2 ** 26],
  [0o010000, 2 ** 25],
  [0o140000, 2 ** 24],
  [0o020000, 2 ** 26 + 2 ** 21],
]

function goMode(mode: number): number {
  const kind = GO_MODES.find(([bits]) => (mode & 0o170000) === bits)?.[1] ?? 0
  const special = (mode & 0o4000 ? 2 ** 23 : 0) + (mode & 0o2000 ? 2 ** 22 : 0) + (mode & 0o1000 ? 2 ** 20 : 0)
  return kind + special + (mode & 0o777)
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || '/'

/** `dir/.` means what is in it, under the name ".". */
const nameOf = (path: string, place: ContainerPath): string => (path.endsWith('/.') ? '.' : baseName(place.inside))

function describe(
  sys: Sys,
  container: Container,
  root: string,
  path: string,
  place: ContainerPath,
  stat: Stat,
): PathStat {
  const link = isSymlink(stat.mode) ? locate(sys, container, root, place.inside, true).inside : ''
  return {
    name: nameOf(path, place),
    size: stat.size,
    mode: goMode(stat.mode),
    mtime: formatTime(stat.mtimeMs),
    linkTarget: link,
  }
}

const missing = (path: string, container: string): Problem =>
  notFound(`Could not find the file ${path} in container ${container}`)

interface Found {
  readonly place: ContainerPath
  readonly stat: Stat
  readonly header: string
}

function find(sys: Sys, container: Container, root: string, path: string, reference: string): Found {
  const place = locate(sys, container, root, path, path.endsWith('/') || path.endsWith('/.'))
  const stat = ifExists(() => sys.lstat(place.host))
  if (!stat) throw missing(path, reference)
  const header = toBase64(encodeUtf8(JSON.stringify(describe(sys, container, root, path, place, stat))))
  return { place, stat, header }
}

const pathOf = ({ query }: Call): string => {
  const path = query.get('path') ?? ''
  if (path === '') throw invalid(`bad parameter: 'path' cannot be empty`)
  return path
}

function head(call: Call): Promise<ServerResponse> {
  const { sys, places, images, containers } = call.parts
  const path = pathOf(call)
  const container = containers.find(param(call, 'id'))
  return withRootfs(sys, places, images, container, async (root) => {
    const { header } = find(sys, container, root, path, param(call, 'id'))
    return { status: 200, headers: { 'X-Docker-Container-Path-Stat': header } }
  })
}

function get(call: Call): Promise<ServerResponse> {
  const { sys, places, images, containers, events } = call.parts
  const path = pathOf(call)
  const container = containers.find(param(call, 'id'))
  return withRootfs(sys, places, images, container, async (root) => {
    const { place, header } = find(sys, container, root, path, param(call, 'id'))
    const rootName = nameOf(path, place)
    const parts = [...treeTar(sys, place.host, { rootName: rootName === '/' ? '.' : rootName, typeBits: true })]
    events.publish('container', 'archive-path', container.id, {
      name: container.name,
      image: container.record.Config.Image ?? '',
    })
    return {
      status: 200,
      headers: { 'Content-Type': 'application/x-tar', 'X-Docker-Container-Path-Stat': header },
      body: inPieces(parts),
    }
  })
}

async function* inPieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* parts
}

function put(call: Call): Promise<ServerResponse> {
  const { sys, places, images, containers, events } = call.parts
  const path = pathOf(call)
  const container = containers.find(param(call, 'id'))
  return withRootfs(sys, places, images, container, async (root) => {
    const place = locate(sys, container, root, path, true)
    const stat = ifExists(() => sys.lstat(place.host))
    if (!stat) throw missing(path, param(call, 'id'))
    if (!isDirectory(stat.mode)) throw invalid('extraction point is not a directory')
    requireWritable(container, place)
    await extract(sys, call, place.host, flag(call, 'noOverwriteDirNonDir'))
    events.publish('container', 'extract-to-dir', container.id, {
      name: container.name,
      image: container.record.Config.Image ?? '',
    })
    return { status: 200 }
  })
}

/** @throws Problem forbidden */
function requireWritable({ record, hostConfig }: Container, { inside }: ContainerPath): void {
  const mount = record.Mounts.find(({ destination }) => inside === destination || inside.startsWith(`${destination}/`))
  if (mount && !mount.rw) throw new Problem('forbidden', 'mounted volume is marked read-only')
  if (!mount && hostConfig.ReadonlyRootfs) throw new Problem('forbidden', 'container rootfs is marked read-only')
}

async function extract(sys: Sys, call: Call, target: string, strict: boolean): Promise<void> {
  const reader = new TarReader()
  const unpacker = new LayerUnpacker(sys, target)
  for await (const bytes of gunzipIfNeeded(call.request.body))
    for (const event of reader.push(bytes)) {
      if (event.kind === 'entry') {
        if (strict)
          refuseExchange(sys, `${target}/${event.header.name.replace(/\/$/, '')}`, event.header.type === 'directory')
        unpacker.begin(event.header)
      } else if (event.kind === 'data') unpacker.data(event.bytes)
      else unpacker.close()
    }
  reader.finish()
  unpacker.finish()
}

/** A file must not take the place of a directory, nor the other way round. @throws Problem invalid */
function refuseExchange(sys: Sys, path: string, directory: boolean): void {
  const stat = ifExists(() => sys.lstat(path))
  if (!stat || isDirectory(stat.mode) === directory) return
  throw invalid(
    directory
      ? `cannot overwrite non-directory "${path}" with directory`
      : `cannot overwrite directory "${path}" with non-directory`,
  )
}

function exportAll(call: Call): Promise<ServerResponse> {
  const { sys, places, images, containers, events } = call.parts
  const container = containers.find(param(call, 'id'))
  return withRootfs(sys, places, images, container, async (root) => {
    const parts = [...treeTar(sys, root, { rootName: '', keepLazy: true, typeBits: true })]
    events.publish('container', 'export', container.id, {
      name: container.name,
      image: container.record.Config.Image ?? '',
    })
    return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: inPieces(parts) }
  })
}

export const archiveRoutes: readonly Route[] = [
  route('HEAD', '/containers/{id}/archive', head),
  route('GET', '/containers/{id}/archive', get),
  route('PUT', '/containers/{id}/archive', put),
  route('GET', '/containers/{id}/export', exportAll),
]
