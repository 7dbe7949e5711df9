import { bool, defineCommand, filter, humanSize, noArgs } from '@drydock/cli-plugin'
import type { ImageDeleteItem } from '@drydock/docker-api'
import { confirm } from '../confirm.ts'
import { toFilters } from '../filters.ts'

const QUESTIONS = {
  dangling: 'WARNING! This will remove all dangling images.\nAre you sure you want to continue?',
  all: 'WARNING! This will remove all images without at least one container associated to them.\nAre you sure you want to continue?',
}

/** `untagged: …` and `deleted: …`, a line each. */
export const deletedImages = (items: readonly ImageDeleteItem[]): string =>
  items.map(({ Deleted, Untagged }) => (Untagged ? `untagged: ${Untagged}\n` : `deleted: ${Deleted ?? ''}\n`)).join('')

export const prune = defineCommand({
  name: 'prune',
  use: 'prune [OPTIONS]',
  short: 'Remove unused images',
  args: noArgs,
  flags: {
    all: bool('a', 'Remove all unused images, not just dangling ones'),
    filter: filter('', 'Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('f', 'Do not prompt for confirmation'),
  },
  async run({ cli, flags }) {
    await confirm(cli, flags.force, flags.all ? QUESTIONS.all : QUESTIONS.dangling)
    const filters = { ...toFilters(flags.filter), dangling: [String(!flags.all)] }
    const { ImagesDeleted, SpaceReclaimed } = await cli.client.images.prune(filters)
    const items = ImagesDeleted ?? []
    if (items.length > 0) await cli.print(`Deleted Images:\n${deletedImages(items)}\n`)
    await cli.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`)
  },
})
