import {
  CliError,
  compileTemplate,
  defineCommand,
  filter,
  FILTER_HELP,
  INSPECT_FORMAT_HELP,
  noArgs,
  parseTimestamp,
  string,
  type Template,
  TemplateError,
  TemplateSyntaxError,
} from '@drydock/cli-plugin'
import type { EventMessage } from '@drydock/docker-api'
import { toFilters } from '../filters.ts'

/** Nanoseconds are more than a number holds: the seconds are exact, of the rest as much as came. */
function stamp(event: EventMessage): string {
  const nanos = event.timeNano % 1e9 || 0
  const at = new Date(event.time * 1000).toISOString().slice(0, 19)
  return `${at}.${String(Math.trunc(nanos)).padStart(9, '0')}Z`
}

function eventLine(event: EventMessage): string {
  const attributes = Object.entries(event.Actor.Attributes ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const words = attributes.map(([name, value]) => `${name}=${value}`).join(', ')
  return `${stamp(event)} ${event.Type} ${event.Action} ${event.Actor.ID}${words === '' ? '' : ` (${words})`}\n`
}

const EMPTY: EventMessage = {
  status: '',
  id: '',
  from: '',
  Type: '',
  Action: '',
  Actor: { ID: '', Attributes: {} },
  scope: '',
  time: 0,
  timeNano: 0,
}

/** Fields of Go's events.Message and how JSON spells them; those that are not there are empty. */
const MESSAGE_FIELDS = {
  typeName: '*events.Message',
  spelled: new Map([
    ['Status', 'status'],
    ['ID', 'id'],
    ['From', 'from'],
    ['Scope', 'scope'],
    ['Time', 'time'],
    ['TimeNano', 'timeNano'],
  ]),
  omitted: new Map([
    ['Status', ''],
    ['ID', ''],
    ['From', ''],
    ['Scope', ''],
  ]),
}

/** Tried on a message of nothing, before anything is asked for. @throws CliError */
function compile(format: string): Template {
  try {
    const template = compileTemplate(format, MESSAGE_FIELDS)
    template.run(EMPTY)
    return template
  } catch (error) {
    if (!(error instanceof TemplateError) && !(error instanceof TemplateSyntaxError)) throw error
    throw new CliError(`Error parsing format: ${error.message}`, 64)
  }
}

export const events = defineCommand({
  name: 'events',
  use: 'events [OPTIONS]',
  short: 'Get real time events from the server',
  aliasLine: 'docker system events, docker events',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', INSPECT_FORMAT_HELP),
    since: string('', 'Show all events created since timestamp'),
    until: string('', 'Stream events until this timestamp'),
  },
  async run({ cli, flags }) {
    const template = flags.format === '' ? undefined : compile(flags.format === 'json' ? '{{json .}}' : flags.format)
    const now = cli.sys.clock.now()
    const time = (text: string): string | undefined => (text === '' ? undefined : parseTimestamp(text, now))
    const stream = cli.client.system.events({
      since: time(flags.since),
      until: time(flags.until),
      filters: toFilters(flags.filter),
    })
    for await (const event of stream) {
      await cli.print(template ? `${template.run(event)}\n` : eventLine(event))
      await cli.io.out.flush()
    }
  },
})
