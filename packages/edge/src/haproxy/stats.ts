import type { Backend, Server } from './backend.ts'
import { bindsOf, lastOf, modeOf } from './config.ts'
import type { Front } from './front.ts'

/** Everything that statistics are told of. */
export interface StatsSource {
  readonly version: string
  readonly pid: number
  readonly nowMs: number
  readonly startMs: number
  readonly fronts: readonly Front[]
  readonly backends: readonly Backend[]
}

/** Columns of the CSV. Management guide 9.1. */
const COLUMNS =
  'pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status,-,ssl_sess,ssl_reused_sess,ssl_failed_handshake,h2_headers_rcvd,h2_data_rcvd,h2_settings_rcvd,h2_rst_stream_rcvd,h2_goaway_rcvd,h2_detected_conn_protocol_errors,h2_detected_strm_protocol_errors,h2_rst_stream_resp,h2_goaway_resp,h2_open_connections,h2_backend_open_streams,h2_total_connections,h2_backend_total_streams,h1_open_connections,h1_open_streams,h1_total_connections,h1_total_streams,h1_bytes_in,h1_bytes_out,h1_spliced_bytes_in,h1_spliced_bytes_out'.split(
    ',',
  )

type Row = Readonly<Record<string, string | number>>

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000))

const responses = (statuses: ReadonlyMap<string, number>): Row =>
  Object.fromEntries(['1xx', '2xx', '3xx', '4xx', '5xx'].map((kind) => [`hrsp_${kind}`, statuses.get(kind) ?? 0]))

const frontRow = ({ section, counts }: Front): Row => ({
  ...{
    pxname: section.name,
    svname: 'FRONTEND',
    scur: counts.active,
    smax: counts.most,
    slim: Number(lastOf(section, 'maxconn')?.[0] ?? 9985),
  },
  ...{ stot: counts.sessions, bin: 0, bout: 0, dreq: counts.denied, dresp: 0, ereq: 0 },
  ...{ status: counts.open ? 'OPEN' : 'STOP', pid: 1, type: 0, rate: 0, rate_lim: 0, rate_max: 0 },
  ...{
    req_tot: counts.requests,
    mode: modeOf(section),
    conn_tot: counts.sessions,
    ...responses(counts.statuses),
    '-': '-',
  },
})

/** `UP`, `DOWN`, `MAINT`, `DRAIN`, `no check`, `UP 1/2` on its way. */
export function statusOf({ settings, up, admin, against }: Server): string {
  if (admin === 'maint') return 'MAINT'
  if (admin === 'drain') return 'DRAIN'
  if (!settings.check) return up ? 'no check' : 'MAINT (resolution)'
  const state = up ? 'UP' : 'DOWN'
  const of = up ? settings.fall : settings.rise
  return against === 0 ? state : `${state} ${up ? of - against : against}/${of}`
}

const serverRow = (server: Server, { section }: Backend, at: number, now: number): Row => ({
  ...{ pxname: section.name, svname: server.settings.name, qcur: 0, qmax: 0, scur: server.active, smax: server.most },
  ...{ slim: server.settings.most || '', stot: server.sessions, bin: server.bytesIn, bout: server.bytesOut, dresp: 0 },
  ...{ econ: server.errors, eresp: 0, wretr: 0, wredis: 0, status: statusOf(server), weight: server.weight },
  ...{ act: server.settings.backup ? 0 : 1, bck: server.settings.backup ? 1 : 0 },
  ...(server.settings.check && server.admin !== 'maint' ? { chkfail: server.failedChecks, chkdown: server.downs } : {}),
  ...{ lastchg: seconds(now - server.changedMs), downtime: server.up ? 0 : seconds(now - server.changedMs) },
  ...{ pid: 1, sid: at + 1, lbtot: server.sessions, type: 2, rate: 0, rate_max: 0 },
  ...(server.checked ? { check_status: server.checked.short, check_duration: server.checked.took } : {}),
  ...(server.checked?.code === undefined ? {} : { check_code: server.checked.code }),
  ...{ mode: modeOf(section), cookie: server.settings.cookie ?? '', ...responses(server.statuses), '-': '-' },
})

function backendRow({ section, servers, usable, sessions, active, most, statuses }: Backend): Row {
  const main = usable.filter(({ settings }) => !settings.backup)
  const up = servers.length === 0 || usable.length > 0
  return {
    ...{ pxname: section.name, svname: 'BACKEND', qcur: 0, qmax: 0, scur: active, smax: most },
    ...{
      slim: Number(lastOf(section, 'fullconn')?.[0] ?? 999),
      stot: sessions,
      bin: 0,
      bout: 0,
      dreq: 0,
      dresp: 0,
      econ: 0,
    },
    ...{
      eresp: 0,
      wretr: 0,
      wredis: 0,
      status: up ? 'UP' : 'DOWN',
      weight: main.reduce((sum, { weight }) => sum + weight, 0),
    },
    ...{ act: main.length, bck: usable.length - main.length, chkdown: up ? 0 : 1, lastchg: 0, downtime: 0 },
    ...{ pid: 1, sid: 0, lbtot: sessions, type: 1, rate: 0, rate_max: 0, mode: modeOf(section) },
    ...{ algo: lastOf(section, 'balance')?.[0] ?? '', ...responses(statuses), '-': '-' },
  }
}

/** Rows as they stand in the configuration: a frontend, or the servers and their backend. */
function rowsOf({ fronts, backends, nowMs }: StatsSource): Row[][] {
  const names = [...new Set([...fronts.map(({ section }) => section), ...backends.map(({ section }) => section)])]
  return names
    .toSorted((a, b) => (a.file === b.file ? a.number - b.number : a.file < b.file ? -1 : 1))
    .map((section) => {
      const front = fronts.find((each) => each.section === section)
      const backend = backends.find((each) => each.section === section)
      return [
        ...(front ? [frontRow(front)] : []),
        ...(backend ? backend.servers.map((server, at) => serverRow(server, backend, at, nowMs)) : []),
        ...(backend ? [backendRow(backend)] : []),
      ]
    })
}

export function statsCsv(source: StatsSource): string {
  const rows = rowsOf(source).flatMap((group, iid) =>
    group.map((row) => COLUMNS.map((column) => (column === 'iid' ? iid + 2 : (row[column] ?? ''))).join(',')),
  )
  return `# ${COLUMNS.join(',')},\n${rows.map((row) => `${row},\n`).join('')}`
}

export interface PageOptions {
  readonly hidden: boolean
  readonly admin: boolean
  readonly refresh: string | undefined
  readonly uri: string
}

const escapeHtml = (text: unknown): string => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const HEADS = [
  '',
  'Sessions',
  'Max',
  'Total',
  'Denied',
  'Errors',
  'Status',
  'LastChk',
  'Wght',
  'Act',
  'Bck',
  'Chk',
  'Dwn',
  '2xx',
  '4xx',
  '5xx',
]

function classOf({ svname, status = '' }: Row): string {
  if (svname === 'FRONTEND') return 'frontend'
  if (svname === 'BACKEND') return 'backend'
  const state = String(status)
  return state === 'MAINT'
    ? 'maintain'
    : state === 'no check'
      ? 'active_no_check'
      : state.startsWith('UP')
        ? 'active_up'
        : state === 'DRAIN'
          ? 'active_draining'
          : 'active_down'
}

function tableRow(row: Row): string {
  const check = row['check_status'] === undefined ? '' : `${row['check_status']} in ${row['check_duration'] ?? 0}ms`
  const cells = ['scur', 'smax', 'stot', 'dreq', 'econ', 'status'].map((name) => row[name] ?? '')
  const rest = ['weight', 'act', 'bck', 'chkfail', 'chkdown', 'hrsp_2xx', 'hrsp_4xx', 'hrsp_5xx'].map(
    (name) => row[name] ?? '',
  )
  const all = [...cells, check, ...rest].map((cell) => `<td>${escapeHtml(cell)}</td>`)
  return `<tr class="${classOf(row)}"><td class=ac><a name="${escapeHtml(row['pxname'])}/${escapeHtml(row['svname'])}"></a>${escapeHtml(row['svname'])}</td>${all.join('')}</tr>`
}

const table = (rows: readonly Row[]): string =>
  `<table class="tbl"><tr class="titre"><th class="pxname">${escapeHtml(rows[0]?.['pxname'])}</th></tr></table>\n<table class="tbl"><tr class="titre">${HEADS.map((head) => `<th>${head}</th>`).join('')}</tr>\n${rows.map(tableRow).join('\n')}</table><p>`

const STYLE = `body{font:12px arial,helvetica,sans-serif;color:#000;background:#fff}th,td{font-size:10px;padding:2px 5px;border:1px solid #a0a0a0;text-align:right}
td.ac{text-align:left}table.tbl{border-collapse:collapse;margin-top:2px}.titre{background:#20d0d0;color:#000}th.pxname{background:#b00040;color:#ff0;font-size:12px}
.active_up{background:#c0ffc0}.active_down{background:#ff9090}.active_no_check{background:#e0e0e0}.maintain{background:#c07820}.active_draining{background:#20a0ff}.backend,.frontend{background:#e8e8d0}`

/** The page of `stats uri`: the real one's tables and colours, with fewer columns. */
export function statsPage(source: StatsSource, { hidden, refresh }: PageOptions): string {
  const version = hidden ? '' : ` version ${source.version}`
  const binds = source.fronts.flatMap(({ section }) => bindsOf(section)).length
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"
"http://www.w3.org/TR/html4/loose.dtd">
<html><head><title>Statistics Report for HAProxy</title>
<meta http-equiv="content-type" content="text/html; charset=utf-8">
${refresh === undefined ? '' : `<meta http-equiv="refresh" content="${Number.parseInt(refresh, 10)}">`}
<style type="text/css">${STYLE}</style></head>
<body><h1><a href="http://www.haproxy.org/" style="text-decoration: none;">HAProxy${version}</a></h1>
<h2>Statistics Report for pid ${source.pid}</h2><hr width="100%" class="hr">
<p><b>pid = </b> ${source.pid} (process #1, nbproc = 1)<br><b>uptime = </b> ${uptime(source)}<br>${binds} listeners</p>
${rowsOf(source).map(table).join('\n')}
</body></html>
`
}

/** `0d 0h02m05s`. */
export function uptime({ nowMs, startMs }: Pick<StatsSource, 'nowMs' | 'startMs'>): string {
  const total = seconds(nowMs - startMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${Math.floor(total / 86_400)}d ${Math.floor(total / 3600) % 24}h${two(Math.floor(total / 60) % 60)}m${two(total % 60)}s`
}
