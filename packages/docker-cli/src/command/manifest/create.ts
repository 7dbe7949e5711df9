import { atLeast, bool, canonical, CliError, defineCommand, parseReference, tagged } from '@drydock/cli-plugin'
import { fetchManifest } from './image-manifest.ts'
import { ListStore } from './list-store.ts'

export const create = defineCommand({
  name: 'create',
  use: 'create MANIFEST_LIST MANIFEST [MANIFEST...]',
  short: 'Create a local manifest list for annotating and pushing to a registry',
  experimental: true,
  args: atLeast(2),
  flags: {
    amend: bool('a', 'Amend an existing manifest list'),
    insecure: bool('', 'Allow communication with an insecure registry'),
  },
  async run({ cli, args: [name = '', ...images], flags }) {
    const target = targetOf(name)
    const store = new ListStore(cli)
    if (!flags.amend && (await store.list(target)))
      throw new CliError('refusing to amend an existing manifest list with no --amend flag')
    for (const image of images) {
      const source = tagged(parseReference(image))
      const known = await store.find(target, source)
      await store.save(target, source, known ?? (await fetchManifest(cli, source, flags.insecure)))
    }
    await cli.print(`Created manifest list ${canonical(target)}\n`)
  },
})

function targetOf(name: string) {
  try {
    return tagged(parseReference(name))
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`error parsing name for manifest list ${name}: ${error.message}`)
    throw error
  }
}
