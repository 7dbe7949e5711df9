import type { Process, Program, Sys } from '@drydock/abi'
import type { ContainerSummary, Stats } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { Stdio } from '@drydock/libc'
import { mountedEngine, orReason } from '../engine.ts'
import { document, live } from '../page-frame.ts'
import { escapeHtml, html, redirect, serveApp, table } from '../web-app.ts'
import { type Family, metricsPage, type Sample } from './exposition.ts'

const COLOUR = '#1f6f8b'
const NAV = '<a href="/docker/">Docker containers</a><a href="/metrics">Metrics</a>'
const REFRESH_MS = 5000
const NANOSECONDS = 1e9
const VERSION = 'v0.33.0'

interface Seen {
  readonly container: ContainerSummary
  readonly stats: Stats
}

/** All that runs, with what it uses at this moment. */
async function look(sys: Sys): Promise<readonly Seen[]> {
  const { containers } = mountedEngine(sys)
  const seen: Seen[] = []
  for (const container of await containers.list()) {
    for await (const stats of containers.stats(container.Id, { stream: false, oneShot: true }))
      seen.push({ container, stats })
  }
  return seen
}

type Kind = Family['kind']
type Reading = (seen: Seen, nowMs: number) => number

/** Metrics that have a series for each container. */
const METRICS: readonly (readonly [name: string, kind: Kind, help: string, value: Reading])[] = [
  [
    'container_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed in seconds.',
    ({ stats }) => stats.cpu_stats.cpu_usage.total_usage / NANOSECONDS,
  ],
  [
    'container_cpu_user_seconds_total',
    'counter',
    'Cumulative user cpu time consumed in seconds.',
    ({ stats }) => stats.cpu_stats.cpu_usage.usage_in_usermode / NANOSECONDS,
  ],
  [
    'container_cpu_system_seconds_total',
    'counter',
    'Cumulative system cpu time consumed in seconds.',
    ({ stats }) => stats.cpu_stats.cpu_usage.usage_in_kernelmode / NANOSECONDS,
  ],
  [
    'container_memory_usage_bytes',
    'gauge',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
    ({ stats }) => stats.memory_stats.usage ?? 0,
  ],
  [
    'container_spec_memory_limit_bytes',
    'gauge',
    'Memory limit for the container.',
    ({ stats }) => stats.memory_stats.limit ?? 0,
  ],
  ['container_tasks_state', 'gauge', 'Number of tasks in given state', ({ stats }) => stats.pids_stats.current ?? 0],
  [
    'container_start_time_seconds',
    'gauge',
    'Start time of the container since unix epoch in seconds.',
    ({ container }) => container.Created,
  ],
  [
    'container_last_seen',
    'gauge',
    'Last time a container was seen by the exporter',
    (_seen, nowMs) => Math.floor(nowMs / 1000),
  ],
]

/** Columns of a network card. */
const NETWORK = [
  ['receive_bytes', 'rx_bytes', 'bytes received'],
  ['receive_packets', 'rx_packets', 'packets received'],
  ['receive_errors', 'rx_errors', 'errors encountered while receiving'],
  ['transmit_bytes', 'tx_bytes', 'bytes transmitted'],
  ['transmit_packets', 'tx_packets', 'packets transmitted'],
  ['transmit_errors', 'tx_errors', 'errors encountered while transmitting'],
] as const

const nameOf = ({ container }: Seen): string => (container.Names[0] ?? '').slice(1)

/** Who it is: labels of the container stand beside, as cAdvisor names them. */
function labelsOf(seen: Seen): Record<string, string> {
  const { Id, Image, Labels } = seen.container
  const own = Object.entries(Labels ?? {}).map(([key, value]): [string, string] => [
    `container_label_${key.replace(/\W/g, '_')}`,
    value,
  ])
  return { ...Object.fromEntries(own), id: `/docker/${Id}`, image: Image, name: nameOf(seen) }
}

function families(seen: readonly Seen[], nowMs: number): readonly Family[] {
  const each = METRICS.map(([name, kind, help, value]): Family => {
    const samples = seen.map((one): Sample => [labelsOf(one), value(one, nowMs)])
    return { name, kind, help, samples }
  })
  const cards = seen.flatMap((one) =>
    Object.entries(one.stats.networks ?? {}).map(([card, counts]) => ({
      labels: { ...labelsOf(one), interface: card },
      counts,
    })),
  )
  const network = NETWORK.map(
    ([name, column, what]): Family => ({
      name: `container_network_${name}_total`,
      kind: 'counter',
      help: `Cumulative count of ${what}`,
      samples: cards.map(({ labels, counts }): Sample => [labels, counts[column]]),
    }),
  )
  return [...each, ...network]
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

function page(asked: { readonly found: readonly Seen[] } | { readonly reason: string }): string {
  if ('reason' in asked) return `<h1>Docker containers</h1><p class="bad">${escapeHtml(asked.reason)}</p>`
  const rows = asked.found.map((seen) => [
    escapeHtml(nameOf(seen)),
    `<code>${escapeHtml(seen.container.Id.slice(0, 12))}</code>`,
    escapeHtml(seen.container.Image),
    `${(seen.stats.cpu_stats.cpu_usage.total_usage / NANOSECONDS).toFixed(2)} s`,
    megabytes(seen.stats.memory_stats.usage ?? 0),
    String(seen.stats.pids_stats.current ?? 0),
  ])
  return `<h1>Docker containers</h1>${table(['Name', 'Id', 'Image', 'Processor time', 'Memory', 'Processes'], rows)}${live(REFRESH_MS)}`
}

const portOf = (argv: readonly string[]): number =>
  Number(/^--?port=(\d+)$/.exec(argv.find((word) => /^--?port=/.test(word)) ?? '')?.[1] ?? 8080)

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const port = portOf(argv)
  await new Stdio(sys).warn(`Starting cAdvisor version: ${VERSION} on port ${port}\n`)
  const containers = async (): Promise<ServerResponse> =>
    html(document('cAdvisor', COLOUR, NAV, page(await orReason(look(sys)))))
  return serveApp(process, port, {
    '/': () => redirect('/containers/'),
    '/containers/': containers,
    '/docker/': containers,
    '/healthz': () => ({ status: 200, body: 'ok' }),
    '/metrics': async () => {
      const asked = await orReason(look(sys))
      return metricsPage('found' in asked ? families(asked.found, sys.clock.now()) : [])
    },
  })
}

/** What containers use, as a page and as metrics. */
export const cadvisor: Program = {
  name: 'dashboards/cadvisor',
  paths: ['/usr/bin/cadvisor'],
  covers: 'partial',
  lacks: [
    'everything but a small one of our own: it asks the engine whose socket is below /var/run what containers use',
    'the cgroups that are no containers, its API, its graphs, what /metrics says of filesystems',
  ],
  summary: 'stand-in: shows what containers use, and tells it in the format of Prometheus',
  rssBytes: 30 << 20,
  main,
}
