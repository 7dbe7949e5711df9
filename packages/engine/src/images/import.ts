import type { DaemonParts } from '../daemon-parts.ts'
import { timestamp } from '../timestamps.ts'
import { applyChanges } from './changes.ts'
import { familiarString, parseReference, withDefaultTag } from './reference.ts'

/** Makes an image of one layer from a tar of files. @returns its id @throws Problem invalid, TarError */
export async function importImage(
  parts: DaemonParts,
  tar: Uint8Array,
  options: { reference: string; message: string; changes: readonly string[] },
): Promise<string> {
  const { images, events, sys } = parts
  const name = options.reference === '' ? undefined : familiarString(withDefaultTag(parseReference(options.reference)))
  const config = applyChanges({}, options.changes)
  const layer = await images.layers.add('', tar)
  const created = timestamp(sys.clock)
  const document = {
    architecture: 'amd64',
    config,
    created,
    history: [{ created, comment: options.message }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    comment: options.message,
  }
  const image = images.add(JSON.stringify(document))
  if (name !== undefined) images.setName(name, image.id)
  events.publish('image', 'import', image.id, { name: name ?? image.id })
  return image.id
}
