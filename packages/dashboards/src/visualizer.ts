import type { Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { mountedEngine, orReason } from './engine.ts'
import { escapeHtml, html, json, serveApp } from './web-app.ts'

/** Asks anew every second, as the real page does. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Visualizer</title><style>
body{margin:0;background:#254356;color:#fff;font:14px/1.4 system-ui,sans-serif;padding:1rem}
#nodes{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}.node{background:#f4f8fa;color:#1c2b36;border-radius:6px;width:15rem;padding:.6rem}
.node h2{font-size:1rem;margin:.2rem 0}.task{background:#fff;border:1px solid #c5d3dc;border-left:6px solid var(--colour);border-radius:4px;margin:.5rem 0;padding:.4rem .6rem;overflow-wrap:anywhere}
.task b{display:block}.state{color:#0f6b3d}.state.other{color:#a3212c}p{opacity:.85}
</style></head><body><div id="nodes">Loading…</div><p>A stand-in for dockersamples/visualizer: nodes and their containers, from the engine whose socket was mounted.</p><script>
const escape = (t) => String(t).replace(/[&<>"]/g, (c) => '&#' + c.charCodeAt(0) + ';')
const colour = (t) => 'hsl(' + [...t].reduce((s, c) => (s * 31 + c.charCodeAt(0)) % 360, 7) + ' 60% 45%)'
async function draw() {
  const d = await (await fetch('/apis/state')).json()
  document.getElementById('nodes').innerHTML = d.reason ? escape(d.reason) : '<div class="node"><h2>' + escape(d.name) + '</h2><div>' + escape(d.role) + '<br>' + d.memory + ' RAM<br>' + escape(d.platform) + '</div>' + d.tasks.map((t) => '<div class="task" style="--colour:' + colour(t.service) + '"><b>' + escape(t.service) + '</b>image: ' + escape(t.image) + '<br>id: ' + escape(t.id) + '<br>updated: ' + escape(t.updated) + '<br><span class="state ' + (t.state === 'running' ? '' : 'other') + '">state: ' + escape(t.state) + '</span></div>').join('') + '</div>'
}
draw(); setInterval(draw, 1000)
</script></body></html>
`

async function main(process: Process): Promise<number> {
  const { sys, env } = process
  const engine = mountedEngine(sys)
  const state = async () => {
    const asked = await orReason(Promise.all([engine.system.info(), engine.containers.list({ all: true })]))
    if ('reason' in asked) return json(asked)
    const [info, containers] = asked.found
    return json({
      name: info.Name,
      role: info.Swarm?.ControlAvailable ? 'manager' : 'single node',
      memory: `${(info.MemTotal / 1e9).toFixed(3)}G`,
      platform: `${info.OSType}/${info.Architecture}`,
      tasks: containers.map(({ Id, Names, Image, State, Created, Labels }) => ({
        service: Labels?.['com.docker.swarm.service.name'] ?? (Names[0] ?? '').slice(1),
        image: Image,
        id: Id.slice(0, 12),
        state: State,
        updated: new Date(Created * 1000).toISOString().slice(0, 19).replace('T', ' '),
      })),
    })
  }
  const port = Number(env.get('PORT') ?? 8080)
  const io = new Stdio(sys)
  await io.print(`Listening on port ${escapeHtml(port)}\n`)
  await io.out.flush()
  return serveApp(process, port, { '/': () => html(PAGE), '/apis/state': state })
}

/** Nodes and containers as boxes. */
export const visualizer: Program = {
  name: 'dashboards/visualizer',
  paths: ['/app/server.js'],
  covers: 'partial',
  lacks: [
    'everything but its picture: a stand-in of our own for dockersamples/visualizer',
    'services and tasks of a swarm: containers are in their place',
  ],
  summary: 'stand-in: shows the node and its containers',
  main,
}
