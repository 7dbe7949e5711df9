import {
  bool,
  defineCommand,
  ellipsis,
  exactly,
  FORMAT_HELP,
  formatList,
  humanDuration,
  humanSize,
  type ListFormat,
  row,
  shortId,
  since,
  string,
} from '@drydock/cli-plugin'
import type { HistoryItem } from '@drydock/docker-api'

const historyFormat: ListFormat = {
  table: '{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}',
  headers: {
    ID: 'IMAGE',
    CreatedSince: 'CREATED',
    CreatedAt: 'CREATED AT',
    CreatedBy: 'CREATED BY',
    Size: 'SIZE',
    Comment: 'COMMENT',
  },
  typeName: '*image.historyContext',
}

const rfc3339 = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

function historyRow(item: HistoryItem, truncate: boolean, human: boolean, now: number) {
  const command = item.CreatedBy.replaceAll('\t', ' ')
  return row({
    Comment: item.Comment,
    CreatedAt: rfc3339(item.Created),
    CreatedBy: truncate ? ellipsis(command, 45) : command,
    CreatedSince: human ? `${humanDuration(now - item.Created)} ago` : rfc3339(item.Created),
    ID: truncate ? shortId(item.Id) : item.Id,
    Size: human ? humanSize(item.Size, 3) : String(item.Size),
  })
}

export const history = defineCommand({
  name: 'history',
  use: 'history [OPTIONS] IMAGE',
  short: 'Show the history of an image',
  aliasLine: 'docker image history, docker history',
  args: exactly(1),
  completes: ['images', 'none'],
  flags: {
    format: string('', FORMAT_HELP),
    human: bool('H', 'Print sizes and dates in human readable format', true),
    'no-trunc': bool('', "Don't truncate output"),
    platform: since(
      '1.48',
      string('', 'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    ),
    quiet: bool('q', 'Only show image IDs'),
  },
  async run({ cli, args, flags }) {
    const items = await cli.client.images.history(args[0] ?? '')
    const now = cli.sys.clock.now() / 1000
    const rows = items.map((item) => historyRow(item, !flags['no-trunc'], flags.human, now))
    await cli.print(formatList(historyFormat, flags.format, flags.quiet, rows))
  },
})
