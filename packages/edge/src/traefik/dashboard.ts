/** A small page of our own over the API: routers, services and middlewares, asked for anew every two seconds. */
export const dashboardPage = (version: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Traefik</title>
<style>
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: #f4f6f8; color: #1c2a38; }
header { background: #1c2a38; color: #fff; padding: 0.9rem 1.5rem; display: flex; gap: 1rem; align-items: baseline; }
header b { font-size: 1.15rem; } header span { color: #b9c6d3; }
main { padding: 1rem 1.5rem 3rem; max-width: 72rem; margin: auto; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 0.5rem; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid #d8e0e8; }
th, td { text-align: left; padding: 0.45rem 0.7rem; border-top: 1px solid #e6ebf0; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; color: #4b5b6b; border-top: 0; }
code { font: 13px ui-monospace, monospace; }
.enabled { color: #12704a; } .disabled { color: #a3212c; }
</style>
</head>
<body>
<header><b>Traefik</b><span>${version} · a small dashboard in place of the real one</span></header>
<main id="main">Loading…</main>
<script>
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => '&#' + c.charCodeAt(0) + ';')
const cell = (text) => '<td><code>' + escape(text) + '</code></td>'
const table = (title, heads, rows) => '<h2>' + title + ' (' + rows.length + ')</h2><table><tr>' + heads.map((h) => '<th>' + h + '</th>').join('') + '</tr>' + rows.join('') + '</table>'
const status = (row) => '<td class="' + row.status + '">' + escape(row.status) + (row.error ? ': ' + escape(row.error[0]) : '') + '</td>'
async function draw() {
  const data = await (await fetch('/api/rawdata')).json()
  const points = await (await fetch('/api/entrypoints')).json()
  const of = (name) => Object.values(data[name] || {})
  document.getElementById('main').innerHTML =
    table('Entrypoints', ['Name', 'Address'], points.map((p) => '<tr>' + cell(p.name) + cell(p.address) + '</tr>')) +
    table('HTTP routers', ['Status', 'Rule', 'Entrypoints', 'Name', 'Service', 'Priority'], of('routers').map((r) => '<tr>' + status(r) + cell(r.rule) + cell(r.entryPoints) + cell(r.name) + cell(r.service) + cell(r.priority) + '</tr>')) +
    table('HTTP services', ['Status', 'Name', 'Servers'], of('services').map((s) => '<tr>' + status(s) + cell(s.name) + cell(s.loadBalancer.servers.map((x) => x.url).join(' ')) + '</tr>')) +
    table('HTTP middlewares', ['Status', 'Name', 'Type', 'Options'], of('middlewares').map((m) => '<tr>' + status(m) + cell(m.name) + cell(m.type) + cell(JSON.stringify(m[m.type])) + '</tr>'))
}
draw(); setInterval(draw, 2000)
</script>
</body>
</html>
`
