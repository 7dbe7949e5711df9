import type { Backend, Server } from './backend.ts'

const COLUMNS =
  '# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,'

const statusOf = ({ settings, up }: Server): string => (settings.check ? (up ? 'UP' : 'DOWN') : 'no check')

/** The first columns of haproxy's CSV. Management guide, section 9.1. */
export function statsCsv(backends: readonly Backend[]): string {
  const rows = backends.flatMap(({ section, servers }) => [
    ...servers.map((server) =>
      [
        section.name,
        server.settings.name,
        0,
        0,
        server.active,
        server.active,
        '',
        server.sessions,
        0,
        0,
        '',
        0,
        '',
        0,
        0,
        0,
        0,
        statusOf(server),
        server.settings.weight,
        server.settings.backup ? 0 : 1,
        server.settings.backup ? 1 : 0,
        0,
        server.up ? 0 : 1,
        0,
        0,
        '',
      ].join(','),
    ),
    [
      section.name,
      'BACKEND',
      0,
      0,
      sum(servers, 'active'),
      0,
      200,
      sum(servers, 'sessions'),
      0,
      0,
      0,
      0,
      '',
      0,
      0,
      0,
      0,
      servers.some(({ up }) => up) ? 'UP' : 'DOWN',
      '',
      '',
      '',
      '',
      '',
      0,
      0,
      '',
    ].join(','),
  ])
  return `${COLUMNS}\n${rows.join('\n')}\n`
}

const sum = (servers: readonly Server[], what: 'active' | 'sessions'): number =>
  servers.reduce((total, server) => total + server[what], 0)

const COLOURS: Readonly<Record<string, string>> = { UP: '#c0ffc0', DOWN: '#ff9090', 'no check': '#e0e0e0' }
const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function table({ section, servers }: Backend): string {
  const rows = servers.map((server) => {
    const status = statusOf(server)
    return `<tr style="background:${COLOURS[status] ?? '#fff'}"><td>${escapeHtml(server.settings.name)}</td><td>${escapeHtml(server.address)}:${server.settings.port}</td><td>${server.active}</td><td>${server.sessions}</td><td>${status}</td><td>${escapeHtml(server.reason)}</td><td>${server.settings.weight}</td><td>${server.settings.backup ? 'Y' : '-'}</td></tr>`
  })
  return `<h2>${escapeHtml(section.name)}</h2><table><tr><th>Server</th><th>Address</th><th>Sessions now</th><th>Total</th><th>Status</th><th>Last check</th><th>Weight</th><th>Backup</th></tr>${rows.join('')}<tr><th>Backend</th><td></td><td>${sum(servers, 'active')}</td><td>${sum(servers, 'sessions')}</td><td>${servers.some(({ up }) => up) ? 'UP' : 'DOWN'}</td><td></td><td></td><td></td></tr></table>`
}

/** The page of `stats uri`: the real one's tables with fewer columns. @param refresh seconds */
export const statsPage = (
  backends: readonly Backend[],
  version: string,
  pid: number,
  refresh: string | undefined,
): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Statistics Report for HAProxy</title>
${refresh === undefined ? '' : `<meta http-equiv="refresh" content="${Number.parseInt(refresh, 10)}">`}
<style>body{font:13px/1.4 arial,helvetica,sans-serif;margin:1rem 1.5rem;color:#000;background:#fff}h1{font-size:1.2rem}h2{font-size:1rem;background:#b00040;color:#fff;padding:.2rem .5rem;display:inline-block;margin:1rem 0 0}table{border-collapse:collapse;min-width:40rem}td,th{border:1px solid #808080;padding:.2rem .6rem;text-align:left}th{background:#c0c0c0}</style></head>
<body><h1>HAProxy version ${version}</h1><p>Statistics Report for pid ${pid}</p>
${backends
  .filter(({ servers }) => servers.length > 0)
  .map(table)
  .join('\n')}
</body></html>
`
