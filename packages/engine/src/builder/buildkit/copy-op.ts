import { type CopyStep, isGitSource } from '@drydock/dockerfile'
import { sha256Hex } from '@drydock/codec'
import { writeBytes } from '../../state/files.ts'
import { contentHash } from '../files/content-hash.ts'
import { Copier, type CopyOptions } from '../files/copy-files.ts'
import { downloadSource } from '../files/download.ts'
import { findDeep, findSources, relativePath } from '../files/find-sources.ts'
import { ownerOf } from '../files/owner.ts'
import { withFiles } from '../work-layer.ts'
import { readBytes } from '../../state/files.ts'
import { invalid, Problem } from '../../problem.ts'
import type { CopyOp, Files } from './files-op.ts'
import type { SolveContext } from './solver.ts'
import type { OpenVertex } from './vertex-feed.ts'

const isUrl = (source: string): boolean => /^https?:\/\//.test(source)

/** The source's files at a path, for the time of `look`. */
function withRoot<T>(
  { parts }: SolveContext,
  files: Files | undefined,
  look: (root: string) => Promise<T>,
): Promise<T> {
  if (files?.root !== undefined) return look(files.root)
  return withFiles(parts, files?.chain ?? [], look)
}

interface Found {
  readonly path: string
  /** Folders of --parents that are left out. */
  readonly pivot: string | undefined
}

/** @throws MissingSource */
function find(context: SolveContext, { step }: CopyOp, root: string): Found[] {
  const { sys } = context.parts
  return step.sources
    .filter((source) => !isUrl(source) && !isGitSource(source))
    .flatMap((source): Found[] => {
      if (!step.instruction.parents) return findSources(sys, root, source).map((path) => ({ path, pivot: undefined }))
      const at = source.indexOf('/./')
      const folder = at < 0 ? '' : relativePath(source.slice(0, at))
      const pattern = at < 0 ? source : source.slice(at + 3)
      return findDeep(sys, root, folder, pattern).map((path) => ({ path, pivot: folder }))
    })
}

/** What the copy depends on besides the files below it. @throws MissingSource */
export async function copyKey(context: SolveContext, op: CopyOp, source: Files | undefined): Promise<unknown> {
  const { step } = op
  const { add, destination, chown, chmod, exclude, instruction, contents, checksum } = step
  const content = await withRoot(context, source, async (root) => {
    const found = find(context, op, root)
    const paths = found.map(({ path }) => path)
    return [await contentHash(context.parts.sys, root, paths, exclude), found.map(({ pivot }) => pivot ?? null)]
  })
  const remote = await Promise.all(step.sources.filter(isUrl).map((url) => remoteKey(context, url)))
  const documents = contents.map(({ name, content: text }) => [name, text])
  const { parents, unpack, link } = instruction
  return [add, destination, chown, chmod, exclude, parents, unpack ?? null, link, checksum, documents, content, remote]
}

/** Remote files count by what the server has now. */
async function remoteKey({ parts }: SolveContext, url: string): Promise<string> {
  return withFiles(parts, [], async (folder) => {
    const name = await downloadSource(parts, url, folder, '')
    return sha256Hex(readBytes(parts.sys, `${folder}/${name}`))
  })
}

/** Copies into the files at `root`. @throws CopyConflict, MissingSource, Problem */
export async function applyCopy(
  context: SolveContext,
  op: CopyOp,
  root: string,
  source: Files | undefined,
  _vertex: OpenVertex,
): Promise<void> {
  const { parts } = context
  const { step } = op
  const fromContext = source?.root !== undefined
  const asked = step.chown === '' ? undefined : ownerOf(parts.sys, root, step.chown)
  const options: CopyOptions = {
    owner: asked ?? (fromContext ? { uid: 0, gid: 0 } : undefined),
    unpackedOwner: asked,
    mode: step.chmod,
    exclude: step.exclude,
    unpack: step.instruction.unpack ?? step.add,
    ownParents: true,
  }
  await withRoot(context, source, async (from) => {
    for (const { path, pivot } of find(context, op, from)) {
      const copier = new Copier(parts.sys, { ...options, from, path, to: root, destination: step.destination })
      if (pivot === undefined) await copier.copy()
      else await copier.copyWithParents(pivot)
    }
  })
  await copyRemote(context, step, root, options)
  await copyDocuments(context, step, root, options)
}

async function copyRemote({ parts }: SolveContext, step: CopyStep, root: string, options: CopyOptions): Promise<void> {
  for (const url of step.sources.filter((each) => isUrl(each) || isGitSource(each))) {
    if (isGitSource(url)) throw invalid(`failed to load cache key: repository ${url} cannot be reached from here`)
    await withFiles(parts, [], async (folder) => {
      const path = await downloadSource(parts, url, folder, '')
      checkSum(step, readBytes(parts.sys, `${folder}/${path}`))
      const unpack = step.instruction.unpack ?? false
      const job = { ...options, unpack, from: folder, path, to: root, destination: step.destination }
      await new Copier(parts.sys, { ...job, owner: options.owner ?? { uid: 0, gid: 0 } }).copy()
    })
  }
}

function checkSum({ checksum }: CopyStep, bytes: Uint8Array): void {
  const found = `sha256:${sha256Hex(bytes)}`
  if (checksum !== '' && checksum !== found) throw new Problem('invalid', `digest mismatch ${found}: ${checksum}`)
}

async function copyDocuments(
  { parts }: SolveContext,
  step: CopyStep,
  root: string,
  options: CopyOptions,
): Promise<void> {
  for (const { name, content } of step.contents)
    await withFiles(parts, [], async (folder) => {
      writeBytes(parts.sys, `${folder}/${name}`, content, 0o644)
      const job = { ...options, unpack: false, from: folder, path: name, to: root, destination: step.destination }
      await new Copier(parts.sys, { ...job, owner: options.owner ?? { uid: 0, gid: 0 } }).copy()
    })
}
