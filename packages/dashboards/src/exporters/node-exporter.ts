import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { readTextFile, Stdio } from '@drydock/libc'
import { html, type Page, serveApp } from '../web-app.ts'
import { COLLECTORS, type Machine } from './collectors.ts'
import { type Family, metricsPage, type Sample } from './exposition.ts'

const VERSION = '1.11.2'
const BUILD = `node_exporter, version ${VERSION} (branch: HEAD, revision: drydock)
  platform:         linux/amd64
`
/** Flags that mean something here; others of the real one's are taken and do nothing. */
const KNOWN = /^(no-)?(collector|log|path|runtime|web)\./

interface Flags {
  readonly listen: string
  readonly metricsPath: string
  readonly procfs: string
  readonly rootfs: string
  readonly collectors: readonly string[]
}

/** `--name=value` and `--name value`, as kingpin takes them. */
function readFlags(given: readonly string[]): Flags | { readonly unknown: string } {
  const values = new Map<string, string>()
  for (let at = 0; at < given.length; at++) {
    const [, name = '', value] = /^--([\w.-]+)(?:=(.*))?$/.exec(given[at] ?? '') ?? []
    if (!KNOWN.test(name)) return { unknown: given[at] ?? '' }
    const apart = value === undefined && given[at + 1]?.startsWith('-') === false
    values.set(name, value ?? (apart ? (given[++at] ?? '') : ''))
  }
  const isOn = (name: string): boolean =>
    values.has('collector.disable-defaults') ? values.has(`collector.${name}`) : !values.has(`no-collector.${name}`)
  return {
    listen: values.get('web.listen-address') ?? ':9100',
    metricsPath: values.get('web.telemetry-path') ?? '/metrics',
    procfs: values.get('path.procfs') ?? '/proc',
    rootfs: values.get('path.rootfs') ?? '/',
    collectors: Object.keys(COLLECTORS).filter(isOn),
  }
}

function machineOf(sys: Sys, { procfs, rootfs }: Flags): Machine {
  return {
    proc: (path) => readTextFile(sys, `${procfs}/${path}`),
    statfs: (path) => sys.statfs(path),
    rootfs: rootfs.replace(/\/$/, ''),
    nowMs: sys.clock.now(),
  }
}

/** What all collectors found, and how each of them fared: one that fails spoils nothing. */
async function collect(sys: Sys, flags: Flags): Promise<readonly Family[]> {
  const families: Family[] = []
  const [durations, successes]: [Sample[], Sample[]] = [[], []]
  for (const collector of flags.collectors) {
    const start = sys.clock.monotonic()
    const found = await COLLECTORS[collector]?.(machineOf(sys, flags)).catch((error: unknown) => {
      if (!isErrno(error)) throw error
    })
    families.push(...(found ?? []))
    durations.push([{ collector }, (sys.clock.monotonic() - start) / 1000])
    successes.push([{ collector }, found === undefined ? 0 : 1])
  }
  const of = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name,
    help,
    kind: 'gauge',
    samples,
  })
  return [
    ...families,
    of('node_scrape_collector_duration_seconds', 'node_exporter: Duration of a collector scrape.', durations),
    of('node_scrape_collector_success', 'node_exporter: Whether a collector succeeded.', successes),
    of('node_exporter_build_info', 'A metric with a constant value that tells what was built.', [
      [{ branch: 'HEAD', version: VERSION, goos: 'linux', goarch: 'amd64' }, 1],
    ]),
  ]
}

const landingPage = (path: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Node Exporter</title></head><body><h1>Node Exporter</h1><h2>Prometheus Node Exporter</h2><div>Version: ${VERSION}</div><ul><li><a href="${path}">Metrics</a></li></ul></body></html>\n`

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  if (argv.includes('--version')) {
    await io.print(BUILD)
    await io.out.flush()
    return 0
  }
  const flags = readFlags(argv.slice(1))
  if ('unknown' in flags) {
    const kind = flags.unknown.startsWith('--') ? `unknown long flag '${flags.unknown}'` : `unexpected ${flags.unknown}`
    await io.warn(`node_exporter: error: ${kind}, try --help\n`)
    return 1
  }
  const log = (source: string, told: string): Promise<void> =>
    io.warn(`time=${new Date(sys.clock.now()).toISOString()} level=INFO source=${source} ${told}\n`)
  await log('node_exporter.go:216', `msg="Starting node_exporter" version="(version=${VERSION}, branch=HEAD)"`)
  await log('node_exporter.go:110', 'msg="Enabled collectors"')
  for (const name of flags.collectors) await log('node_exporter.go:117', `collector=${name}`)
  const port = Number(flags.listen.slice(flags.listen.lastIndexOf(':') + 1))
  await log('tls_config.go:346', `msg="Listening on" address=[::]:${port}`)
  const pages: Record<string, Page> = {
    '/': () => html(landingPage(flags.metricsPath)),
    [flags.metricsPath]: async () => metricsPage(await collect(sys, flags)),
  }
  return serveApp(process, port, pages)
}

/** The machine that it runs on, as metrics. */
export const nodeExporter: Program = {
  name: 'dashboards/node-exporter',
  paths: ['/bin/node_exporter'],
  covers: 'partial',
  lacks: [
    'collectors beyond cpu, entropy, filefd, filesystem, loadavg, meminfo, netdev, sockstat, stat, time and uname',
    '--help, TLS, metrics of Go and of the exporter itself',
  ],
  summary: 'tells what /proc says of a machine in the format of Prometheus',
  rssBytes: 14 << 20,
  main,
}
