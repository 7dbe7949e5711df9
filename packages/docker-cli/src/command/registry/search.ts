import {
  bool,
  defineCommand,
  ellipsis,
  exactly,
  filter,
  FILTER_HELP,
  formatList,
  int,
  type ListFormat,
  row,
  string,
} from '@drydock/cli-plugin'
import { toFilters } from '../filters.ts'

const searchFormat: ListFormat = {
  table: '{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}',
  headers: {
    Name: 'NAME',
    Description: 'DESCRIPTION',
    StarCount: 'STARS',
    IsOfficial: 'OFFICIAL',
    IsAutomated: 'AUTOMATED',
  },
  typeName: '*registry.searchContext',
}

export const search = defineCommand({
  name: 'search',
  use: 'search [OPTIONS] TERM',
  short: 'Search Docker Hub for images',
  group: 'common',
  rank: 10,
  args: exactly(1),
  completes: ['files'],
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', 'Pretty-print search using a Go template'),
    limit: int('', 'Max number of search results'),
    'no-trunc': bool('', "Don't truncate output"),
  },
  async run({ cli, args, flags }) {
    const limit = flags.limit > 0 ? flags.limit : undefined
    const results = await cli.client.images.search({ term: args[0] ?? '', limit, filters: toFilters(flags.filter) })
    const rows = results
      .toSorted((a, b) => b.star_count - a.star_count)
      .map((result) => {
        const description = result.description.replaceAll('\n', ' ').replaceAll('\r', ' ')
        return row({
          Description: flags['no-trunc'] ? description : ellipsis(description, 45),
          IsAutomated: result.is_automated ? '[OK]' : '',
          IsOfficial: result.is_official ? '[OK]' : '',
          Name: result.name,
          StarCount: String(result.star_count),
        })
      })
    await cli.print(formatList(searchFormat, flags.format, false, rows))
  },
})
