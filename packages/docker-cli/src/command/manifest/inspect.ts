import { between, bool, canonical, CliError, defineCommand, parseReference, tagged } from '@drydock/cli-plugin'
import { fetchAny, type ImageManifest, listText, shownText } from './image-manifest.ts'
import { ListStore } from './list-store.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] [MANIFEST_LIST] MANIFEST',
  short: 'Display an image manifest, or manifest list',
  experimental: true,
  args: between(1, 2),
  flags: {
    insecure: bool('', 'Allow communication with an insecure registry'),
    verbose: bool('v', 'Output additional info including layers and platform'),
  },
  async run({ cli, args, flags }) {
    const store = new ListStore(cli)
    const image = tagged(parseReference(args.at(-1) ?? ''))
    if (args.length === 2) {
      const found = await store.find(tagged(parseReference(args[0] ?? '')), image)
      if (!found) throw new CliError(`No such manifest: ${canonical(image)}`)
      return cli.print(`${textOf(found, image.domain, flags.verbose)}\n`)
    }
    const found = (await store.list(image)) ?? (await fetchAny(cli, image, flags.insecure))
    return cli.print(`${textOf(found, image.domain, flags.verbose)}\n`)
  },
})

function textOf(found: ImageManifest | readonly ImageManifest[], domain: string, verbose: boolean): string {
  if (verbose) return JSON.stringify(found, undefined, '\t')
  return 'Ref' in found ? shownText(found) : listText(domain, found)
}
