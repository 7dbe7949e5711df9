import type { Process, Program } from '@drydock/abi'
import type { DockerClient, SystemInfo } from '@drydock/docker-api'
import { Stdio } from '@drydock/libc'
import { mountedEngine, orReason } from './engine.ts'
import { escapeHtml, html, json, serveApp } from './web-app.ts'

/** Asks anew every second, as the real page does. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Visualizer</title><style>
*{box-sizing:border-box}body{margin:0;min-height:100vh;background:#22404f;color:#fff;font:14px/1.45 system-ui,sans-serif;padding:1.2rem 1.4rem 3rem}
#nodes{display:grid;grid-template-columns:repeat(auto-fill,minmax(15.5rem,1fr));gap:1.1rem;align-items:start}
.node{background:#eef3f6;color:#1c2b36;border-radius:10px;padding:.8rem;box-shadow:0 2px 10px #0004}.node.wide{grid-column:1/-1}.node.wide .tasks{display:grid;grid-template-columns:repeat(auto-fill,minmax(14.5rem,1fr));gap:.6rem}
.node h2{font-size:1.05rem;margin:0;display:flex;align-items:center;gap:.5rem}.node h2 i{width:.65rem;height:.65rem;border-radius:50%;background:#c0392b}.node.ready h2 i{background:#27ae60}.node.off{opacity:.65}
.facts{color:#52636f;font-size:.88rem;margin:.15rem 0 .7rem}.task{background:#fff;border:1px solid #d5dfe6;border-left:6px solid var(--colour);border-radius:6px;padding:.45rem .65rem;overflow-wrap:anywhere;font-size:.86rem}.tasks{display:grid;gap:.6rem}
.task b{display:block;font-size:.95rem}.task span{color:#52636f}.state{color:#0f6b3d!important;font-weight:600}.state.other{color:#a3212c!important}footer{position:fixed;inset:auto 0 0;padding:.5rem 1.4rem;background:#22404fe6;font-size:.85rem}
</style></head><body><div id="nodes">Loading…</div><footer>A stand-in for dockersamples/visualizer: nodes and what runs on them, from the engine whose socket was mounted.</footer><script>
const escape = (t) => String(t).replace(/[&<>"]/g, (c) => '&#' + c.charCodeAt(0) + ';')
const colour = (t) => 'hsl(' + [...t].reduce((s, c) => (s * 31 + c.charCodeAt(0)) % 360, 7) + ' 60% 48%)'
const task = (t) => '<div class="task" style="--colour:' + colour(t.service) + '"><b>' + escape(t.service) + (t.slot ? '.' + t.slot : '') + '</b><span>image: ' + escape(t.image) + '<br>id: ' + escape(t.id) + '<br>updated: ' + escape(t.updated) + '</span><br><span class="state ' + (t.state === 'running' ? '' : 'other') + '">state: ' + escape(t.state) + '</span></div>'
const node = (n, alone) => '<div class="node ' + (n.ready ? 'ready ' : 'off ') + (alone ? 'wide' : '') + '"><h2><i></i>' + escape(n.name) + '</h2><div class="facts">' + escape(n.role) + ' · ' + escape(n.memory) + ' RAM · ' + escape(n.platform) + '</div><div class="tasks">' + n.tasks.map(task).join('') + '</div></div>'
let shown = ''
async function draw() {
  const d = await (await fetch('/apis/state')).json()
  const page = d.reason ? escape(d.reason) : d.nodes.map((n) => node(n, d.nodes.length === 1)).join('')
  if (page !== shown) document.getElementById('nodes').innerHTML = shown = page
}
draw(); setInterval(draw, 1000)
</script></body></html>
`

interface ShownTask {
  readonly service: string
  /** Which of the replicas; 0 where there is no number. */
  readonly slot: number
  readonly image: string
  readonly id: string
  readonly state: string
  readonly updated: string
}
interface ShownNode {
  readonly name: string
  readonly role: string
  readonly ready: boolean
  readonly memory: string
  readonly platform: string
  readonly tasks: readonly ShownTask[]
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(3)}G`
const shownTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** Nodes of a swarm with the tasks that are to run, as the real page shows them. */
async function swarmNodes({ nodes, services, tasks }: DockerClient): Promise<ShownNode[]> {
  const [allNodes, allServices, allTasks] = await Promise.all([
    nodes.list(),
    services.list(),
    tasks.list({ filters: { 'desired-state': ['running'] } }),
  ])
  const names = new Map(allServices.map(({ ID, Spec }) => [ID, Spec.Name ?? '']))
  const tasksOf = (node: string): ShownTask[] =>
    allTasks
      .filter(({ NodeID }) => NodeID === node)
      .map(({ ID, ServiceID, Slot, Spec, Status, UpdatedAt }) => ({
        service: names.get(ServiceID ?? '') ?? '',
        slot: Slot ?? 0,
        image: (Spec.ContainerSpec?.Image ?? '').split('@')[0] ?? '',
        id: ID.slice(0, 12),
        state: Status.State,
        updated: shownTime(Date.parse(UpdatedAt ?? '')),
      }))
      .toSorted((a, b) => a.service.localeCompare(b.service) || a.slot - b.slot)
  return allNodes
    .map(({ ID, Spec, Description, Status }) => ({
      name: Description.Hostname ?? ID,
      role: Spec.Role ?? 'worker',
      ready: Status.State === 'ready' && Spec.Availability !== 'drain',
      memory: gigabytes(Description.Resources?.MemoryBytes ?? 0),
      platform: `${Description.Platform?.OS}/${Description.Platform?.Architecture}`,
      tasks: tasksOf(ID),
    }))
    .toSorted((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name))
}

/** Without a swarm: the one node, with its containers. */
async function ownNode({ containers }: DockerClient, info: SystemInfo): Promise<ShownNode> {
  const tasks = (await containers.list({ all: true })).map(({ Id, Names, Image, State, Created }) => ({
    service: (Names[0] ?? '').slice(1),
    slot: 0,
    image: Image,
    id: Id.slice(0, 12),
    state: State,
    updated: shownTime(Created * 1000),
  }))
  const { Name, MemTotal, OSType, Architecture } = info
  const platform = `${OSType}/${Architecture}`
  return { name: Name, role: 'single node', ready: true, memory: gigabytes(MemTotal), platform, tasks }
}

async function shownNodes(engine: DockerClient): Promise<readonly ShownNode[]> {
  const info = await engine.system.info()
  return info.Swarm?.ControlAvailable ? swarmNodes(engine) : [await ownNode(engine, info)]
}

async function main(process: Process): Promise<number> {
  const { sys, env } = process
  const engine = mountedEngine(sys)
  const state = async () => {
    const asked = await orReason(shownNodes(engine))
    return json('reason' in asked ? asked : { nodes: asked.found })
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
  lacks: ['everything but its picture: a stand-in of our own for dockersamples/visualizer'],
  summary: 'stand-in: shows the nodes of a swarm and their tasks; without a swarm the node and its containers',
  main,
}
