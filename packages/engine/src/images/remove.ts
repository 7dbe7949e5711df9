import type { ImageDeleteItem } from '@drydock/docker-api'
import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { shortId } from '../identifiers.ts'
import { conflict } from '../problem.ts'
import type { Image } from './image-store.ts'
import { familiarName, familiarString, parseReference, withDefaultTag } from './reference.ts'

export interface ImageRemoveOptions {
  readonly force: boolean
  readonly noprune: boolean
}

/** DELETE /images/{name}: takes a name away, and the image with its last name. @throws Problem not found, conflict */
export function removeImage(parts: DaemonParts, text: string, options: ImageRemoveOptions): ImageDeleteItem[] {
  const { images } = parts
  const image = images.require(text)
  if (isId(image, text)) return removeById(parts, image, options)
  const reference = withDefaultTag(parseReference(text))
  const name = reference.digest ? `${familiarName(reference)}@${reference.digest}` : familiarString(reference)
  const repository = familiarName(reference)
  const others = images.tagsOf(image.id).filter((each) => each !== name)
  if (others.length === 0) requireUnused(parts, image, text, options.force)
  const items = [untag(parts, image, name)]
  // Digests go with the last tag of their repository.
  if (!others.some((each) => each.startsWith(`${repository}:`)))
    items.push(
      ...images
        .digestsOf(image.id)
        .filter((each) => each.startsWith(`${repository}@`))
        .map((each) => untag(parts, image, each)),
    )
  if (images.tagsOf(image.id).length > 0 || isUsed(parts, image) || images.childrenOf(image.id).length > 0) return items
  return [...items, ...deleteImage(parts, image, options)]
}

const isId = ({ id }: Image, text: string): boolean => {
  const hex = text.replace(/^sha256:/, '')
  return id.slice(7).startsWith(hex) && /^[0-9a-f]+$/.test(hex)
}

function removeById(parts: DaemonParts, image: Image, options: ImageRemoveOptions): ImageDeleteItem[] {
  const { images } = parts
  const tags = images.tagsOf(image.id)
  const repositories = new Set(tags.map((tag) => tag.slice(0, tag.lastIndexOf(':'))))
  if (repositories.size > 1 && !options.force)
    throw conflict(
      `conflict: unable to delete ${shortId(image.id)} (must be forced) - image is referenced in multiple repositories`,
    )
  requireDeletable(parts, image, options.force)
  const untagged = [...tags, ...images.digestsOf(image.id)].map((name) => untag(parts, image, name))
  return [...untagged, ...deleteImage(parts, image, options)]
}

function untag({ images, events }: DaemonParts, image: Image, name: string): ImageDeleteItem {
  images.deleteName(name)
  events.publish('image', 'untag', image.id, { ...image.document.config?.Labels, name: image.id })
  return { Untagged: name }
}

const isUsed = ({ containers }: DaemonParts, { id }: Image): boolean =>
  containers.all().some(({ record }) => record.Image === id)

const usersOf = ({ containers }: DaemonParts, { id }: Image): Container[] =>
  containers.all().filter(({ record }) => record.Image === id)

/** The last name of an image stays as long as a container has it, unless by force. @throws Problem conflict */
function requireUnused(parts: DaemonParts, image: Image, name: string, force: boolean): void {
  const [user] = usersOf(parts, image)
  if (user && !force)
    throw conflict(
      `conflict: unable to remove repository reference "${name}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(image.id)}`,
    )
}

/** Children and containers that run keep an image even by force; one that is stopped does unless forced. @throws Problem conflict */
function requireDeletable(parts: DaemonParts, image: Image, force: boolean): void {
  const users = usersOf(parts, image)
  const running = users.find((container) => container.process !== undefined)
  const [stopped] = users
  const told = (how: string, why: string): Error =>
    conflict(`conflict: unable to delete ${shortId(image.id)} (${how}) - image ${why}`)
  if (parts.images.childrenOf(image.id).length > 0) throw told('cannot be forced', 'has dependent child images')
  if (running) throw told('cannot be forced', `is being used by running container ${shortId(running.id)}`)
  if (stopped && !force) throw told('must be forced', `is being used by stopped container ${shortId(stopped.id)}`)
}

/** The image, its layers that nobody else has, and parents that nothing points to. */
function deleteImage(parts: DaemonParts, image: Image, options: ImageRemoveOptions): ImageDeleteItem[] {
  const { images, events } = parts
  const { parent } = images.metadataOf(image.id)
  const items: ImageDeleteItem[] = [{ Deleted: image.id }]
  for (const { chainId } of images.delete(image)) items.push({ Deleted: chainId })
  events.publish('image', 'delete', image.id, { ...image.document.config?.Labels, name: image.id })
  const above = parent === undefined ? undefined : images.get(parent)
  if (!above || options.noprune || isUsed(parts, above)) return items
  if (images.tagsOf(above.id).length > 0 || images.childrenOf(above.id).length > 0) return items
  return [...items, ...deleteImage(parts, above, options)]
}

/** POST /images/prune: images without a tag, or with `all` those that no container uses. */
export function pruneImages(parts: DaemonParts, doomed: readonly Image[]): { items: ImageDeleteItem[]; space: number } {
  const items: ImageDeleteItem[] = []
  let space = 0
  for (const image of doomed) {
    if (isUsed(parts, image)) continue
    const names = [...parts.images.tagsOf(image.id), ...parts.images.digestsOf(image.id)]
    items.push(...names.map((name) => untag(parts, image, name)))
    const before = parts.images.size(image)
    items.push(...deleteImage(parts, image, { force: false, noprune: false }))
    space += before
  }
  return { items, space }
}
