import type { Sys } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import type { Stdio } from '@drydock/libc'
import { type Digest, isIndex, parseManifest } from '@drydock/oci'
import { type FileStore, partsOf } from '../storage/file-store.ts'
import * as paths from '../storage/paths.ts'

export interface Collecting {
  readonly dryRun: boolean
  readonly deleteUntagged: boolean
}

/** Marks what manifests lead to, and removes the other blobs. distribution, docs/garbage-collection.md. */
export async function collectGarbage(sys: Sys, store: FileStore, io: Stdio, how: Collecting): Promise<void> {
  const marked = new Set<Digest>()
  const untagged: { name: string; digest: Digest }[] = []
  for (const name of store.names()) {
    await io.print(`${name}\n`)
    const tagged = await taggedManifests(store, name)
    for (const digest of revisions(store, name)) {
      if (how.deleteUntagged && !tagged.has(digest)) {
        await io.print(`manifest eligible for deletion: ${digest}\n`)
        untagged.push({ name, digest })
      } else await mark(store, io, name, digest, marked)
    }
  }
  const unused = store.files
    .list(paths.BLOBS)
    .flatMap((two) => store.files.list(`${paths.BLOBS}/${two}`))
    .map((hex): Digest => `sha256:${hex}`)
    .filter((digest) => !marked.has(digest))
  await io.print(
    `\n${marked.size} blobs marked, ${unused.length} blobs and ${untagged.length} manifests eligible for deletion\n`,
  )
  if (!how.dryRun) for (const { name, digest } of untagged) await store.deleteManifest(name, digest)
  for (const digest of unused) {
    await io.print(`blob eligible for deletion: ${digest}\n`)
    if (how.dryRun) continue
    await io.warn(
      `time="${new Date(sys.clock.now()).toISOString()}" level=info msg="Deleting blob: ${paths.blobFolder(digest)}" go.version=go1.20.8\n`,
    )
    store.files.remove(paths.blobFolder(digest))
  }
  if (!how.dryRun) removeDeadLinks(store, unused)
}

const revisions = (store: FileStore, name: string): readonly Digest[] =>
  store.files.list(paths.revisionsFolder(name)).map((hex) => `sha256:${hex}`)

/** Manifests under a tag, and those that an index under a tag names. */
async function taggedManifests(store: FileStore, name: string): Promise<ReadonlySet<Digest>> {
  const found = new Set<Digest>()
  for (const tag of store.tags(name)) {
    const content = await store.manifest(name, tag)
    if (!content) continue
    found.add(content.digest)
    const document = parseManifest(decodeUtf8(content.bytes), content.mediaType)
    if (isIndex(document)) for (const { digest } of document.manifests) found.add(digest)
  }
  return found
}

async function mark(store: FileStore, io: Stdio, name: string, digest: Digest, marked: Set<Digest>): Promise<void> {
  const content = await store.manifest(name, digest)
  if (!content) return
  await io.print(`${name}: marking manifest ${digest} \n`)
  marked.add(digest)
  for (const part of partsOf(parseManifest(decodeUtf8(content.bytes), content.mediaType))) {
    await io.print(`${name}: marking blob ${part}\n`)
    marked.add(part)
  }
}

/** Repositories no longer offer what is gone. */
function removeDeadLinks(store: FileStore, gone: readonly Digest[]): void {
  for (const name of store.names()) for (const digest of gone) store.files.remove(paths.layerFolder(name, digest))
}
