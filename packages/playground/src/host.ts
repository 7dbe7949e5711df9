import type { ByteStream, Clock, Entropy, ForeignHost, ProgramTable, Timer, WindowSize } from '@drydock/abi'
import { inet, unix } from '@drydock/abi'
import { Diskfs, Kernel } from '@drydock/kernel'
import { dial, FdStream, listen } from '@drydock/libc'
import type { Link } from '@drydock/net'
import type { CommandOptions, CommandOutcome } from './command-run.ts'
import type { DockerWatch, Mesh } from './docker-watch.ts'
import { Gauges } from './gauges.ts'
import { ENGINE_SOCKET, Init } from './init.ts'
import { LAN_PREFIX, ROUTER } from './internet.ts'
import type { FilesApi, HostGauge, HostView, MessageEndpoint, PublishedPort } from './rpc.ts'
import type { SavedValues } from './saver.ts'
import type { HostRecord } from './session-record.ts'
import { Terminal } from './terminal.ts'

const MEMORY_BYTES = 4 * 1024 ** 3
const CPUS = 4
const GAUGE_MS = 1000
/** The page has its prompt and is painting it: the engine's code leaves it the processor that long. */
const PAINT_MS = 120

export interface HostOptions {
  readonly record: HostRecord
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign?: ForeignHost | undefined
  readonly programs: ProgramTable
  readonly lan: Link
  readonly disk: Diskfs
  /** Screens and working directories of its terminals. */
  readonly terminals: SavedValues
  readonly onChange: () => void
  /** A line is about to be entered in one of its terminals. */
  readonly onEnter: (command: string) => void
  /** The swarm that it is in, as one of its managers tells. */
  readonly meshOf: (address: string) => Mesh | undefined
  /** The engine's start is behind it: whatever it does from now on somebody asked for. */
  readonly onEngineAnswer: () => void
  /** Pages' ends of terminals that were open when time went back. */
  readonly screens?: OpenScreens | undefined
}

/** By the terminals' names. */
export type OpenScreens = ReadonlyMap<string, { readonly endpoint: MessageEndpoint; readonly size: WindowSize }>

interface KeptTerminal {
  readonly screen: string
  readonly cwd: string
  readonly foreground?: readonly string[] | undefined
}

/** One machine of the session: a kernel, its disk and what the page sees of them. */
export class Host {
  readonly record: HostRecord
  readonly disk: Diskfs
  private readonly options: HostOptions
  private readonly kernel: Kernel
  private readonly up: Promise<Init>
  private readonly openTerminals = new Map<string, Terminal>()
  private readonly pages = new Set<ByteStream>()
  private watch: DockerWatch | undefined
  private disposed = false
  private measured: HostGauge = { memoryBytes: 0, memoryLimitBytes: MEMORY_BYTES, cpuShare: 0 }
  private gaugeTimer: Timer | undefined

  constructor(options: HostOptions) {
    const { record, clock, entropy, foreign, lan, disk, programs } = options
    this.options = options
    this.record = record
    this.disk = disk
    this.kernel = new Kernel({
      clock,
      entropy,
      ...(foreign ? { foreign } : {}),
      programs,
      root: disk,
      hostname: record.name,
      memoryBytes: MEMORY_BYTES,
      cpus: CPUS,
      lan: { link: lan, address: record.address, prefix: LAN_PREFIX, gateway: ROUTER },
    })
    this.up = new Promise((onReady) => {
      void this.kernel.start((process) => Init.run(process, { onReady }), ['init'])
    })
    void this.up.then((init) => this.follow(init))
    if (options.screens) void this.resume(options.screens)
  }

  view(): HostView {
    const { name, address, createdMs } = this.record
    const swarmRole = this.options.meshOf(address)?.roles[address]
    return { name, address, createdMs, ports: this.ports(), ...(swarmRole ? { swarmRole } : {}) }
  }

  gauge(): HostGauge {
    return this.measured
  }

  ports(): readonly PublishedPort[] {
    const own = this.watch?.ports ?? []
    const taken = new Set(own.map(({ port, protocol }) => `${port}/${protocol}`))
    const mesh = this.options.meshOf(this.record.address)
    const others = (mesh?.ports ?? []).filter(({ port, protocol }) => !taken.has(`${port}/${protocol}`))
    return others.length === 0 ? own : [...own, ...others].sort((a, b) => a.port - b.port)
  }

  /** Its swarm, where it is a manager. */
  get mesh(): Mesh | undefined {
    return this.watch?.mesh
  }

  /** Opens the terminal, or ties the one that is open to another page. */
  async openTerminal(
    name: string,
    size: WindowSize,
    endpoint: MessageEndpoint,
    since: 'reload' | 'return' = 'reload',
  ): Promise<void> {
    const init = await this.up
    const known = this.openTerminals.get(name)
    if (known) {
      known.attach(endpoint)
      return known.resize(size)
    }
    const kept = this.options.terminals.get(name) as KeptTerminal | undefined
    const greeting = kept ? resumed(kept, since) : await readMotd(init)
    // The engine takes its time to load: the prompt comes first.
    const onShown = (): void => void this.options.clock.after(PAINT_MS, () => init.wantEngine())
    const terminal = new Terminal({
      sys: init.sys,
      size,
      cwd: kept?.cwd ?? '/root',
      screen: kept?.screen,
      since,
      greeting,
      waitFor: init.waitFor,
      onShown,
      onEnter: this.options.onEnter,
    })
    this.openTerminals.set(name, terminal)
    terminal.attach(endpoint)
  }

  closeTerminal(name: string): void {
    this.openTerminals.get(name)?.dispose()
    this.openTerminals.delete(name)
    this.options.terminals.delete(name)
  }

  workingDirectory(name: string): string {
    return this.openTerminals.get(name)?.cwd() ?? '/root'
  }

  keepScreen(name: string, screen: string): void {
    const terminal = this.openTerminals.get(name)
    const kept: KeptTerminal = { screen, cwd: terminal?.cwd() ?? '/root', foreground: terminal?.foreground() }
    this.options.terminals.set(name, kept)
  }

  screen(name: string): string | undefined {
    return (this.options.terminals.get(name) as KeptTerminal | undefined)?.screen
  }

  /** A connection to the engine, as a client on this host would make it. */
  async dialEngine(): Promise<ByteStream> {
    const init = await this.up
    init.wantEngine()
    return dial(init.sys, unix(ENGINE_SOCKET))
  }

  /** A connection as a program of the host makes it: what is bound to its loopback alone answers too. @throws ECONNREFUSED */
  async dialInside(address: string, port: number): Promise<ByteStream> {
    return dial((await this.up).sys, inet(address, port))
  }

  /** Runs one program as a child of init. @throws ENOENT, EACCES, ENOEXEC when it cannot be started */
  async run(command: CommandOptions): Promise<CommandOutcome> {
    const { sys, waitFor, wantEngine } = await this.up
    wantEngine()
    const { runCommand } = await import('./command-run.ts')
    return runCommand(sys, waitFor, command)
  }

  /** Serves a unix socket of the host from outside of it. */
  async serveUnix(path: string, onConnection: (stream: ByteStream) => void): Promise<void> {
    const { sys } = await this.up
    const listener = listen(sys, unix(path))
    const accept = async (): Promise<never> => {
      for (;;) onConnection(new FdStream(sys, (await sys.accept(listener)).fd))
    }
    accept().catch((end: unknown) => {
      if (!this.disposed) throw end
    })
  }

  /** A page's connection to the engine; it ends when the machine does. */
  async serveEngine(endpoint: MessageEndpoint): Promise<void> {
    const stream = await this.watchingEngine()
    const { EndpointStream, joinStreams } = await import('./stream-endpoint.ts')
    const page = new EndpointStream(endpoint)
    this.pages.add(page)
    void joinStreams(stream, page).then(() => this.pages.delete(page))
    if (this.disposed) page.close()
  }

  /** As dialEngine, but whoever only looks on waits until somebody else wants the engine: it is not started for him. */
  private async watchingEngine(): Promise<ByteStream> {
    await (await this.up).engineWanted
    return this.dialEngine()
  }

  /** Its files, for the page's tree and editor. */
  async files(): Promise<FilesApi> {
    const { sys } = await this.up
    return (await import('./host-files.ts')).hostFiles(sys)
  }

  /** Why nobody answers on a port, as far as the engine knows. */
  explainPort(port: number): Promise<string> {
    return this.watch?.explain(port) ?? Promise.resolve(`${this.record.name} is still starting.`)
  }

  /** Power cut. */
  dispose(): void {
    this.disposed = true
    for (const page of this.pages) page.close()
    this.gaugeTimer?.cancel()
    this.watch?.dispose()
    this.kernel.shutdown()
  }

  /** As dispose, but screens are left for the machine that takes its place. */
  cutOff(): OpenScreens {
    const screens = new Map<string, { endpoint: MessageEndpoint; size: WindowSize }>()
    for (const [name, terminal] of this.openTerminals) {
      const { endpoint, size } = terminal.handOver()
      if (endpoint) screens.set(name, { endpoint, size })
    }
    this.dispose()
    return screens
  }

  /** What ran is to run again at once, whether somebody looks at a terminal or not. */
  private async resume(screens: OpenScreens): Promise<void> {
    ;(await this.up).wantEngine()
    for (const [name, { endpoint, size }] of screens) await this.openTerminal(name, size, endpoint, 'return')
  }

  /** The engine's client comes after the first prompt: nothing is published before. */
  private async watchEngine(): Promise<void> {
    const { DockerWatch } = await import('./docker-watch.ts')
    const { clock, onChange } = this.options
    if (!this.disposed) this.watch = new DockerWatch({ dial: () => this.dialEngine(), clock, onChange })
  }

  private follow(init: Init): void {
    if (this.disposed) return
    const { clock, onChange } = this.options
    void init.engineWanted.then(() => (this.disposed ? undefined : this.watchEngine()))
    const gauges = new Gauges(init.sys)
    const read = (): void => {
      const before = this.measured
      this.measured = gauges.read()
      if (shows(before, this.measured)) onChange()
      this.gaugeTimer = clock.after(GAUGE_MS, read)
    }
    read()
    void awaitEngine(init).then(this.options.onEngineAnswer)
  }
}

const PING = new TextEncoder().encode('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')

/**
 * Asks the engine before anybody else can: the socket takes its connections in order, so that nobody's wish is fulfilled
 * before this is answered.
 */
async function awaitEngine({ sys }: Init): Promise<void> {
  for (let heard = false; !heard; ) {
    const stream = await dial(sys, unix(ENGINE_SOCKET))
    await stream.write(PING)
    heard = (await stream.read()).length > 0
    stream.close()
  }
}

/** Whether the difference can be seen on the page. */
const shows = (before: HostGauge, after: HostGauge): boolean =>
  Math.abs(before.memoryBytes - after.memoryBytes) > 64 * 1024 || Math.abs(before.cpuShare - after.cpuShare) > 0.004

async function readMotd({ sys }: Init): Promise<string> {
  try {
    const fd = sys.open('/etc/motd', 0)
    const text = new TextDecoder().decode(await sys.read(fd, 65536))
    sys.close(fd)
    return text.replaceAll('\n', '\r\n')
  } catch {
    return ''
  }
}

/** A reload is a power cut: whoever was inside a container is told how to get back in. */
function resumed({ foreground = [] }: KeptTerminal, since: 'reload' | 'return'): string {
  const [command, verb = ''] = foreground
  if (!command?.endsWith('docker') || !['run', 'exec', 'attach'].includes(verb)) return ''
  const again = verb === 'run' ? 'docker ps, then docker exec -it CONTAINER sh' : foreground.join(' ')
  return `\x1b[2m“${foreground.join(' ')}” was cut off by the ${since === 'reload' ? 'reload' : 'way back'}. Back in with: ${again}\x1b[0m\r\n`
}
