import { concatBytes, encodeBase64 } from '@drydock/codec'
import { treeTar } from '../../content/tree-tar.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Image } from '../../images/image-store.ts'
import { ProgressStream } from '../../images/progress.ts'
import { runPush } from '../../images/push.ts'
import { familiarString, parseReference, withDefaultTag } from '../../images/reference.ts'
import { saveImages } from '../../images/save.ts'
import { invalid } from '../../problem.ts'
import type { BuildOptions, BuildOutput } from '../build-options.ts'
import { withFiles } from '../work-layer.ts'
import type { Files } from './files-op.ts'
import { imageDocument } from './image-document.ts'
import type { PlannedStage } from './plan.ts'
import type { VertexFeed } from './vertex-feed.ts'

export interface ExportContext {
  readonly parts: DaemonParts
  readonly options: BuildOptions
  readonly feed: VertexFeed
  readonly progress: ProgressStream
  readonly stage: PlannedStage
  readonly files: Files
}

type Exporter = (context: ExportContext, output: BuildOutput) => Promise<Image | undefined>

/** `docker.io/library/app`; a tag that was not given is not shown. */
export const fullName = (tag: string): string => {
  const { domain, path, tag: given } = parseReference(tag)
  return `${domain}/${path}${given === undefined ? '' : `:${given}`}`
}

const namesOf = ({ options }: ExportContext, { attributes }: BuildOutput): readonly string[] =>
  attributes['name'] ? attributes['name'].split(',') : options.tags

/** Writes the result out. @throws Problem for a kind that there is none of */
export function exportResult(context: ExportContext, output: BuildOutput): Promise<Image | undefined> {
  const exporter = EXPORTERS.get(output.type)
  if (!exporter) throw invalid(`exporter ${JSON.stringify(output.type)} could not be found`)
  return exporter(context, output)
}

const toStore: Exporter = (context, output) =>
  context.feed.step('exporting to image', async (vertex) => {
    const { parts } = context
    await vertex.during('exporting layers', async () => undefined)
    const image = addImage(context)
    await vertex.status(`writing image ${image.id}`)
    const names = namesOf(context, output)
    for (const name of names) {
      const familiar = familiarString(withDefaultTag(parseReference(name)))
      parts.images.setName(familiar, image.id)
      parts.events.publish('image', 'tag', image.id, { ...image.document.config?.Labels, name: familiar })
      await vertex.status(`naming to ${fullName(name)}`)
    }
    if (output.attributes['push'] === 'true')
      for (const name of names) await vertex.during(`pushing ${fullName(name)} with docker`, () => push(context, name))
    return image
  })

async function push({ parts, options }: ExportContext, name: string): Promise<void> {
  const reference = withDefaultTag(parseReference(name))
  const auth = options.auths[reference.domain === 'docker.io' ? 'https://index.docker.io/v1/' : reference.domain]
  const repository = familiarString({ domain: reference.domain, path: reference.path })
  await runPush(parts, repository, reference.tag ?? 'latest', auth, new ProgressStream({ write: () => undefined }))
}

function addImage({ parts, stage, files, options }: ExportContext): Image {
  const { buildCache } = parts
  const madeAt = (chainId: string): string | undefined => buildCache.madeAt(chainId)
  return parts.images.add(JSON.stringify(imageDocument(stage, files.chain, stage.platform, options.labels, madeAt)))
}

/** The files alone, as a tar: local unpacks it at the client. */
const filesOnly: Exporter = (context, { type }) =>
  context.feed.step(`exporting to ${type === 'tar' ? 'client tarball' : 'client directory'}`, async (vertex) => {
    const { parts, files } = context
    const tar = await withFiles(parts, files.chain, async (root) =>
      concatBytes([...treeTar(parts.sys, root, { rootName: '', keepLazy: type === 'local' })]),
    )
    const id = type === 'tar' ? 'sending tarball' : 'copying files'
    await vertex.status(id, type === 'tar' ? {} : { current: tar.length })
    await sendArchive(context, tar)
    return undefined
  })

const asArchive: Exporter = (context, output) =>
  context.feed.step(`exporting to ${output.type === 'oci' ? 'oci' : 'docker'} image format`, async (vertex) => {
    const { parts } = context
    const image = addImage(context)
    const names = namesOf(context, output).map((name) => familiarString(withDefaultTag(parseReference(name))))
    const before = names.map((name) => [name, parts.images.idOf(name)] as const)
    for (const name of names) parts.images.setName(name, image.id)
    await vertex.during('exporting layers', async () => undefined)
    await vertex.status(`exporting config ${image.id}`)
    await vertex.during('sending tarball', () =>
      sendArchive(context, saveImages(parts.images, names.length > 0 ? names : [image.id])),
    )
    for (const [name, id] of before) {
      if (id === undefined) parts.images.deleteName(name)
      else parts.images.setName(name, id)
    }
    if (parts.images.tagsOf(image.id).length === 0) parts.images.delete(image)
    return undefined
  })

const PIECE = 96 * 1024

/** In pieces: the client writes them where its user wants them. */
async function sendArchive({ progress }: ExportContext, tar: Uint8Array): Promise<void> {
  for (let at = 0; at < tar.length; at += PIECE)
    await progress.send({ id: 'drydock.build.export', aux: encodeBase64(tar.subarray(at, at + PIECE)) })
}

const EXPORTERS: ReadonlyMap<string, Exporter> = new Map<string, Exporter>([
  ['image', toStore],
  ['moby', toStore],
  [
    'registry',
    (context, output) => toStore(context, { ...output, attributes: { ...output.attributes, push: 'true' } }),
  ],
  ['local', filesOnly],
  ['tar', filesOnly],
  ['docker', asArchive],
  ['oci', asArchive],
  ['cacheonly', async () => undefined],
])
