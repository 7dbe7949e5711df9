import { encodeUtf8, sha256Hex } from '@drydock/codec'
import {
  bool,
  canonical,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  parseReference,
  type Reference,
  tagged,
} from '@drydock/cli-plugin'
import { blobsOf, RemoteImages, told } from '../registry/remote-images.ts'
import { type ImageManifest, listText, listType, manifestIn, rawBytes } from './image-manifest.ts'
import { ListStore } from './list-store.ts'

export const push = defineCommand({
  name: 'push',
  use: 'push [OPTIONS] MANIFEST_LIST',
  short: 'Push a manifest list to a repository',
  experimental: true,
  args: exactly(1),
  flags: {
    insecure: bool('', 'Allow push to an insecure registry'),
    purge: bool('p', 'Remove the local manifest list after push'),
  },
  async run({ cli, args, flags }) {
    const target = tagged(parseReference(args[0] ?? ''))
    const store = new ListStore(cli)
    const images = await store.require(target)
    const nowhere = images.find(({ Descriptor: { platform } }) => !platform.architecture || !platform.os)
    if (nowhere)
      throw new CliError(`manifest ${nowhere.Ref} must have an OS and Architecture to be pushed to a registry`)
    const text = encodeUtf8(listText(target.domain, images))
    const registry = await RemoteImages.open(cli, target, flags.insecure)
    for (const image of images) await bring(cli, registry, target, image)
    const digest = `sha256:${sha256Hex(text)}` as const
    await registry.put(target.tag ?? digest, { mediaType: listType(images), digest, size: text.length }, text)
    await cli.print(`${digest}\n`)
    if (flags.purge) store.remove(target)
  },
})

/** An image of another repository comes into this one. */
async function bring(cli: Cli, registry: RemoteImages, target: Reference, image: ImageManifest): Promise<void> {
  const { path } = parseReference(image.Ref)
  if (path === target.path) return
  const manifest = manifestIn(image)
  for (const { digest } of manifest ? blobsOf(manifest) : [])
    if (!(await told(registry.client.mountBlob(target.path, digest, path))))
      throw new CliError(`error mounting ${path}@${digest} to ${canonical(target)}`)
  const { Descriptor } = image
  await registry.put(Descriptor.digest, Descriptor, rawBytes(image))
  const { domain } = target
  await cli.print(`Pushed ref ${domain}/${target.path}@${Descriptor.digest} with digest: ${Descriptor.digest}\n`)
}
