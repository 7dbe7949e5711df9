import { encodeUtf8 } from '@drydock/codec'
import { shortSize } from './autoindex.ts'
import { signature } from './error-page.ts'
import type { Answer, Exchange } from './exchange.ts'
import { serverName } from './variables.ts'

/** StartServers and ThreadsPerChild of mpm_event. */
const CHILDREN = 3
const THREADS = 25
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

function stamp(ms: number): string {
  const at = new Date(ms)
  return `${DAYS[at.getUTCDay()] ?? ''}, ${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()] ?? ''}-${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC`
}

/** `1 hour 2 minutes 3 seconds`. show_time */
function lapse(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => ` ${count} ${unit}${count === 1 ? '' : 's'}`)
    .join('')
}

const page = (type: string, text: string): Answer => {
  const bytes = encodeUtf8(text)
  return { status: 200, headers: [], type, length: bytes.length, send: async (write) => write(bytes) }
}

/** mod_status: a page, or with `?auto` lines for programs. */
export function statusPage(exchange: Exchange): Answer {
  const { context, args } = exchange
  const { board, sys } = context
  const now = sys.clock.now()
  const up = Math.max(0, Math.floor((now - board.startMs) / 1000))
  const { loads } = sys.sysinfo()
  const busy = Math.max(1, board.busy)
  const idle = CHILDREN * THREADS - busy
  const slots = `${'W'.repeat(busy)}${'_'.repeat(Math.max(0, idle))}`
  const facts = { now, up, loads, busy, idle, slots }
  return /(^|&)auto/.test(args) ? machineReadable(exchange, facts) : readable(exchange, facts)
}

interface Facts {
  readonly now: number
  readonly up: number
  readonly loads: readonly [number, number, number]
  readonly busy: number
  readonly idle: number
  readonly slots: string
}

function machineReadable(exchange: Exchange, { now, up, loads, busy, idle, slots }: Facts): Answer {
  const { board, version, platform } = exchange.context
  const rate = (value: number): string => (up > 0 ? value / up : 0).toPrecision(6).replace(/\.?0+$/, '')
  const lines = [
    serverName(exchange),
    `ServerVersion: Apache/${version} (${platform})`,
    'ServerMPM: event',
    `Server Built: ${BUILT}`,
    `CurrentTime: ${stamp(now)}`,
    `RestartTime: ${stamp(board.startMs)}`,
    `ParentServerConfigGeneration: ${board.generation + 1}`,
    `ParentServerMPMGeneration: ${board.generation}`,
    `ServerUptimeSeconds: ${up}`,
    `ServerUptime:${lapse(up)}`,
    ...loads.map((load, at) => `Load${[1, 5, 15][at] ?? ''}: ${load.toFixed(2)}`),
    `Total Accesses: ${board.accesses}`,
    `Total kBytes: ${Math.floor(board.bytes / 1024)}`,
    `Total Duration: ${Math.round(board.durationMs)}`,
    `Uptime: ${up}`,
    `ReqPerSec: ${rate(board.accesses)}`,
    `BytesPerSec: ${rate(board.bytes)}`,
    `BusyWorkers: ${busy}`,
    'GracefulWorkers: 0',
    `IdleWorkers: ${idle}`,
    `Processes: ${CHILDREN}`,
    'Stopping: 0',
    `Scoreboard: ${slots}`,
  ]
  return page('text/plain; charset=ISO-8859-1', `${lines.join('\n')}\n`)
}

export const BUILT = '2025-07-22T00:00:00'

const KEY = `<p>Scoreboard Key:<br />
"<b><code>_</code></b>" Waiting for Connection, 
"<b><code>S</code></b>" Starting up, 
"<b><code>R</code></b>" Reading Request,<br />
"<b><code>W</code></b>" Sending Reply, 
"<b><code>K</code></b>" Keepalive (read), 
"<b><code>D</code></b>" DNS Lookup,<br />
"<b><code>C</code></b>" Closing connection, 
"<b><code>L</code></b>" Logging, 
"<b><code>G</code></b>" Gracefully finishing,<br /> 
"<b><code>I</code></b>" Idle cleanup of worker, 
"<b><code>.</code></b>" Open slot with no current process<br />
</p>
`

function readable(exchange: Exchange, { now, up, loads, busy, idle, slots }: Facts): Answer {
  const { board, version, platform } = exchange.context
  const address = exchange.connection.local.host
  const rate = up > 0 ? board.accesses / up : 0
  const rows = slots.match(/.{1,64}/g) ?? []
  const text = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head>
<title>Apache Status</title>
</head><body>
<h1>Apache Server Status for ${serverName(exchange)} (via ${address})</h1>

<dl><dt>Server Version: Apache/${version} (${platform})</dt>
<dt>Server MPM: event</dt>
<dt>Server Built: ${BUILT}
</dt></dl><hr /><dl>
<dt>Current Time: ${stamp(now)}</dt>
<dt>Restart Time: ${stamp(board.startMs)}</dt>
<dt>Parent Server Config. Generation: ${board.generation + 1}</dt>
<dt>Parent Server MPM Generation: ${board.generation}</dt>
<dt>Server uptime: ${lapse(up)}</dt>
<dt>Server load: ${loads.map((load) => load.toFixed(2)).join(' ')}</dt>
<dt>Total accesses: ${board.accesses} - Total Traffic: ${shortSize(board.bytes).trim()}B - Total Duration: ${Math.round(board.durationMs)}</dt>
<dt>${rate.toPrecision(3)} requests/sec</dt>
<dt>${busy} requests currently being processed, 0 workers gracefully restarting, ${idle} idle workers</dt>
</dl><pre>${rows.join('\n')}
</pre>
${KEY}${signature(exchange, '<hr />\n')}</body></html>
`
  return page('text/html; charset=ISO-8859-1', text)
}
