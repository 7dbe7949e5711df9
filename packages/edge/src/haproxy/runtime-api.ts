import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import type { ByteStream } from '@drydock/abi'
import type { Server } from './backend.ts'
import type { KeptFiles } from './kept-files.ts'
import { statsCsv, type StatsSource, uptime } from './stats.ts'
import type { StickTables, Table } from './stick-tables.ts'

export interface Administered {
  readonly stats: () => StatsSource
  readonly files: KeptFiles
  readonly tables: StickTables
}

type Command = (known: Administered, args: readonly string[]) => string

/** `backend/server`. */
function serverOf({ stats }: Administered, path = ''): Server | string {
  const [name = '', server = ''] = path.split('/')
  if (!path.includes('/')) return "Require 'backend/server'.\n"
  const backend = stats().backends.find(({ section }) => section.name === name)
  if (!backend) return 'No such backend.\n'
  return backend.servers.find(({ settings }) => settings.name === server) ?? 'No such server.\n'
}

const onServer =
  (act: (server: Server, args: readonly string[]) => string | void): Command =>
  (known, [path, ...args]) => {
    const server = serverOf(known, path)
    return typeof server === 'string' ? server : (act(server, args) ?? '')
  }

function weigh(server: Server, text = ''): string | void {
  const percent = text.endsWith('%')
  const number = Number(text.replace('%', ''))
  if (!/^\d+%?$/.test(text)) return 'Trailing garbage in weight string\n'
  if (number > (percent ? 100 * 256 : 256)) return 'Absolute weight can only be between 0 and 256 inclusive\n'
  server.weight = percent ? Math.floor((server.settings.weight * number) / 100) : number
}

const STATES: Readonly<Record<string, Server['admin']>> = { ready: 'ready', drain: 'drain', maint: 'maint' }

/** `set server b/s state|weight|addr|health`. */
const SETTINGS: Readonly<Record<string, (server: Server, args: readonly string[]) => string | void>> = {
  state: (server, [state = '']) => {
    const admin = STATES[state]
    if (!admin) return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n"
    server.admin = admin
  },
  weight: (server, [text]) => weigh(server, text),
  health: (server, [state = '']) => {
    if (!['up', 'stopping', 'down'].includes(state))
      return "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n"
    server.up = state === 'up'
  },
  addr: (server, [address = '', , port]) => {
    const changes = [
      ...(server.address === address ? [] : [`IP changed from '${server.address}' to '${address}'`]),
      ...(port === undefined || Number(port) === server.port
        ? []
        : [`port changed from '${server.port}' to '${port}'`]),
    ]
    server.address = address
    if (port !== undefined) server.port = Number(port)
    server.up = true
    return changes.length === 0 ? 'nothing changed\n' : `${changes.join(', ')} by 'stats socket command'\n`
  },
}

const onFront =
  (open: boolean): Command =>
  ({ stats }, [name = '']) => {
    const front = stats().fronts.find(({ section }) => section.name === name)
    if (!front) return name === '' ? 'A frontend name is expected.\n' : 'No such frontend.\n'
    front.counts.open = open
    return ''
  }

function info({ stats }: Administered): string {
  const source = stats()
  const { fronts, nowMs, startMs, pid, version } = source
  const sum = (of: (front: (typeof fronts)[number]) => number): number =>
    fronts.reduce((total, each) => total + of(each), 0)
  const rows: readonly (readonly [string, string | number])[] = [
    ['Name', 'HAProxy'],
    ['Version', version],
    ['Release_date', '2026/09/18'],
    ['Nbthread', 2],
    ['Nbproc', 1],
    ['Process_num', 1],
    ['Pid', pid],
    ['Uptime', uptime(source)],
    ['Uptime_sec', Math.floor((nowMs - startMs) / 1000)],
    ['Maxconn', 9985],
    ['CurrConns', sum(({ counts }) => counts.active)],
    ['CumConns', sum(({ counts }) => counts.sessions)],
    ['CumReq', sum(({ counts }) => counts.requests)],
    ['Tasks', 10 + fronts.length],
    ['Run_queue', 1],
    ['Stopping', 0],
    ['Jobs', fronts.length + 1],
    ['Listeners', fronts.length + 1],
  ]
  return rows.map(([name, value]) => `${name}: ${value}\n`).join('')
}

function shutFront({ stats }: Administered, [name = '']: readonly string[]): string {
  const front = stats().fronts.find(({ section }) => section.name === name)
  if (!front) return 'No such frontend.\n'
  front.counts.open = false
  return ''
}

const ADMIN_BITS: Readonly<Record<Server['admin'], number>> = { ready: 0, drain: 8, maint: 1 }

function serversState({ stats }: Administered, [wanted]: readonly string[]): string {
  const columns =
    'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port'
  const { backends, fronts, nowMs } = stats()
  const sections = [...new Set([...fronts.map(({ section }) => section), ...backends.map(({ section }) => section)])]
  const ordered = sections.toSorted((a, b) => a.number - b.number)
  const rows = backends
    .filter(({ section }) => wanted === undefined || section.name === wanted)
    .flatMap(({ section, servers }) =>
      servers.map((server, at) =>
        [
          ...[ordered.indexOf(section) + 2, section.name, at + 1, server.settings.name, server.address || '-'],
          ...[server.up ? 2 : 0, ADMIN_BITS[server.admin], server.weight, server.settings.weight],
          ...[
            Math.floor((nowMs - server.changedMs) / 1000),
            server.checked ? 15 : 1,
            0,
            0,
            0,
            0,
            0,
            0,
            '-',
            server.port,
            '-',
          ],
          ...[server.settings.tls ? 1 : 0, 0, '-', '-', 0],
        ].join(' '),
      ),
    )
  return `1\n# ${columns}\n${rows.map((row) => `${row}\n`).join('')}`
}

function tableText(tables: StickTables, table: Table): string {
  const entries = [...table.entries.values()].map((entry, at) => {
    const values = [...table.stores].map(
      ([name, period]) => `${name}${period ? `(${period})` : ''}=${tables.value(entry, name)}`,
    )
    const server = entry.server === undefined ? [] : [`server_name=${entry.server}`]
    const id = `0x${(0x55d0_0000 + at * 0x80).toString(16)}`
    return `${id}: key=${entry.key} use=0 exp=${table.expireMs} ${['shard=0', ...values, ...server].join(' ')}\n`
  })
  return `# table: ${table.name}, type: ${table.type}, size:${table.size}, used:${table.entries.size}\n${entries.join('')}`
}

function showTable({ tables }: Administered, [name, filter, key]: readonly string[]): string {
  if (name === undefined)
    return tables.all
      .map((table) => `# table: ${table.name}, type: ${table.type}, size:${table.size}, used:${table.entries.size}\n`)
      .join('')
  const table = tables.find(name)
  if (!table) return 'No such table\n'
  if (filter !== 'key') return tableText(tables, table)
  const entry = table.entries.get(key ?? '')
  return tableText(tables, { ...table, entries: new Map(entry ? [[entry.key, entry]] : []) })
}

function clearTable({ tables }: Administered, [name = '', filter, key = '']: readonly string[]): string {
  const table = tables.find(name)
  if (!table) return 'No such table\n'
  if (filter === 'key') table.entries.delete(key)
  else table.entries.clear()
  return ''
}

function showMap({ files }: Administered, [path]: readonly string[]): string {
  if (path === undefined)
    return `# id (file) description\n${files.names.map((name, at) => `${at} (${name}) pattern loaded from file '${name}' used by map at file. curr_ver=0 next_ver=0 entry_cnt=${files.rows(name).length}\n`).join('')}`
  if (!files.names.includes(path)) return 'Unknown map identifier. Please use #<id> or <file>.\n'
  return files
    .rows(path)
    .map(([key, value], at) => `0x${(0x55d1_0000 + at * 0x40).toString(16)} ${[key, value].join(' ').trimEnd()}\n`)
    .join('')
}

/** Changes rows of a map or a list. */
const changingMap =
  (change: (rows: (readonly [string, string])[], key: string, value: string) => string | void): Command =>
  ({ files }, [path = '', key = '', ...value]) =>
    files.names.includes(path)
      ? (change(files.rows(path), key, value.join(' ')) ?? '')
      : 'Unknown map identifier. Please use #<id> or <file>.\n'

const addRow = changingMap((rows, key, value) => void rows.push([key, value]))
const dropRow = changingMap((rows, key) => {
  const at = rows.findIndex(([each]) => each === key)
  if (at < 0) return 'Key not found.\n'
  rows.splice(at, 1)
})
const setRow = changingMap((rows, key, value) => {
  const at = rows.findIndex(([each]) => each === key)
  if (at < 0) return 'entry not found\n'
  rows[at] = [key, value]
})
const clearRows = changingMap((rows) => void rows.splice(0))

function setServer(known: Administered, [path, setting = '', ...args]: readonly string[]): string {
  const server = serverOf(known, path)
  if (typeof server === 'string') return server
  const set = SETTINGS[setting]
  return set
    ? (set(server, args) ?? '')
    : 'usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n'
}

/** Commands of the runtime API, what they do, and how they are called. Management guide 9.3. */
const COMMANDS: readonly (readonly [words: string, usage: string, about: string, act: Command])[] = [
  ['add acl', '<acl> <pattern>', 'add an acl entry', addRow],
  ['add map', '<map> <key> <val>', 'add a map entry', addRow],
  ['clear acl', '<acl>', 'clear the contents of this acl', clearRows],
  ['clear counters', '[all]', 'clear max statistics counters (or all counters)', clearCounters],
  ['clear map', '<map>', 'clear the contents of this map', clearRows],
  ['clear table', '<table> [<filter>]*', 'remove an entry from a table (filter: data/key)', clearTable],
  ['del acl', '<acl> <key>', 'delete acl entries matching <key>', dropRow],
  ['del map', '<map> <key>', 'delete map entries matching <key>', dropRow],
  ['disable frontend', '<frontend>', 'temporarily disable specific frontend', onFront(false)],
  [
    'disable server',
    '(DEPRECATED)',
    "disable a server for maintenance (use 'set server' instead)",
    onServer((server) => void (server.admin = 'maint')),
  ],
  ['enable frontend', '<frontend>', 're-enable specific frontend', onFront(true)],
  [
    'enable server',
    '(DEPRECATED)',
    "enable a disabled server (use 'set server' instead)",
    onServer((server) => void (server.admin = 'ready')),
  ],
  [
    'get weight',
    '<bk>/<srv>',
    "report a server's current weight",
    onServer(({ weight, settings }) => `${weight} (initial ${settings.weight})\n`),
  ],
  ['set map', '<map> [<key>|#<ref>] <value>', 'modify a map entry', setRow],
  ['set server', '<bk>/<srv> [opts]', "change a server's state, weight, address or ssl", setServer],
  [
    'set weight',
    '<bk>/<srv> (DEPRECATED)',
    "change a server's weight (use 'set server' instead)",
    onServer((server, [text]) => weigh(server, text)),
  ],
  ['show acl', '[@<ver>] <acl>]', "report available acls or dump an acl's contents", showMap],
  [
    'show backend',
    '',
    'list backends in the current running config',
    ({ stats }) =>
      `# name\n${stats()
        .backends.map(({ section }) => `${section.name}\n`)
        .join('')}`,
  ],
  [
    'show errors',
    '[<px>] [request|response]',
    'report last request and/or response errors for each proxy',
    ({ stats }) => `Total events captured on [${new Date(stats().nowMs).toISOString()}] : 0\n`,
  ],
  ['show info', '[desc|json|typed|float]*', 'report information about the running process', info],
  ['show map', '[@ver] [map]', "report available maps or dump a map's contents", showMap],
  [
    'show pools',
    '',
    'report information about the memory pools usage',
    () => 'Dumping pools usage.\nTotal: 0 pools, 0 bytes allocated, 0 used.\n',
  ],
  [
    'show servers conn',
    '[<backend>]',
    'dump server connections status (all or for a single backend)',
    ({ stats }) =>
      `# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur\n${stats()
        .backends.flatMap(({ section, servers }, id) =>
          servers.map(
            (server, at) =>
              `${section.name}/${server.settings.name} ${id + 2}/${at + 1} ${server.address} ${server.port} - 5000 ${server.active} ${server.most} 0 0 0 - 0\n`,
          ),
        )
        .join('')}`,
  ],
  ['show servers state', '[<backend>]', 'dump volatile server information (all or for a single backend)', serversState],
  ['show sess', '[id]', 'report the list of current sessions or dump this exact session', () => ''],
  [
    'show stat',
    '[desc|json|no-maint|typed|up]*',
    'report counters for each proxy and server',
    ({ stats }) => statsCsv(stats()),
  ],
  [
    'show table',
    '<table> [<filter>]*',
    "report table usage stats or dump this table's contents (filter: data/key)",
    showTable,
  ],
  ['shutdown frontend', '<frontend>', 'stop a specific frontend', shutFront],
  ['show version', '', 'show version of the current process', ({ stats }) => `${stats().version}\n`],
]

function clearCounters({ stats }: Administered): string {
  const { fronts, backends } = stats()
  for (const { counts } of fronts) Object.assign(counts, { sessions: 0, most: 0, requests: 0, denied: 0 })
  for (const backend of backends) {
    Object.assign(backend, { sessions: 0, most: 0 })
    for (const server of backend.servers)
      Object.assign(server, { sessions: 0, most: 0, errors: 0, failedChecks: 0, downs: 0 })
  }
  return ''
}

const helpLine = (words: string, usage: string, about: string): string =>
  `  ${`${words} ${usage}`.trim().padEnd(39)} : ${about}\n`
const HELP_ROWS = [
  ...COMMANDS.map(([words, usage, about]) => helpLine(words, usage, about)),
  helpLine('help', '[<command>]', 'list matching or all commands'),
  helpLine('prompt', '', 'toggle interactive mode with prompt'),
  helpLine('quit', '', 'disconnect'),
].join('')

function carriedOut(known: Administered, line: string): string {
  const words = line.trim().split(/\s+/)
  if (words[0] === 'help' || words[0] === '') return `The following commands are valid at this level:\n${HELP_ROWS}`
  const found = COMMANDS.find(([name]) => name.split(' ').every((word, at) => words[at] === word))
  if (!found) return `Unknown command, but maybe one of the following ones is a better match:\n${HELP_ROWS}`
  return found[3](known, words.slice(found[0].split(' ').length))
}

/** Commands of one line, parted by semicolons; each answer ends with an empty line. */
const answersTo = (known: Administered, line: string): string =>
  line
    .split(';')
    .map((command) => `${carriedOut(known, command)}\n`)
    .join('')

/** Serves one who came to the socket: one line, or after `prompt` as many as he likes. */
export async function administer(known: Administered, stream: ByteStream): Promise<void> {
  let interactive = false
  let held = ''
  for (;;) {
    const bytes = await stream.read()
    held += decodeUtf8(bytes)
    const lines = held.split('\n')
    held = bytes.length === 0 ? '' : (lines.pop() ?? '')
    for (const line of lines) {
      if (line.trim() === '' && bytes.length === 0) continue
      if (line.trim() === 'quit') return
      if (line.trim() === 'prompt') interactive = !interactive
      else await stream.write(encodeUtf8(answersTo(known, line)))
      if (!interactive) return
      await stream.write(encodeUtf8('> '))
    }
    if (bytes.length === 0) return
  }
}
