import { atLeast, defineCommand, forEachTogether, parseReference, tagged } from '@drydock/cli-plugin'
import { ListStore } from './list-store.ts'

export const rm = defineCommand({
  name: 'rm',
  use: 'rm MANIFEST_LIST [MANIFEST_LIST...]',
  short: 'Delete one or more manifest lists from local storage',
  experimental: true,
  args: atLeast(1),
  flags: {},
  run: ({ cli, args }) =>
    forEachTogether(cli, args, false, async (name) => {
      const list = tagged(parseReference(name))
      const store = new ListStore(cli)
      await store.require(list)
      store.remove(list)
    }),
})
