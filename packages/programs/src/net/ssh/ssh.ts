import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, inet, isErrno, O_RDWR, type Process, type Sys } from '@drydock/abi'
import { dial, type FdStream, readPasswd, ResolveError, resolveHost, searchPath, Stdio, writeAll } from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'
import { authenticate, type Peer, signIn, verifyHost } from './authenticate.ts'
import { isKnownOption, readConfig, type SshConfig } from './client-config.ts'
import { runSession } from './client-session.ts'
import { parseSsh, type SshCommandLine } from './command-line.ts'
import { Agent } from './agent-protocol.ts'
import { forwardDynamic, forwardPort, standardForward } from './forward.ts'
import { askRemoteForward } from './remote-forward.ts'
import { SERVER_VERSION, type SessionRequest, Wire } from './wire.ts'

export const OPENSSH_VERSION = 'OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15 3 Sep 2024'
const FAILED = 255

const hasTimedOut = (error: unknown): boolean => isErrno(error) && error.code === 'ETIMEDOUT'

async function connect(sys: Sys, address: string, port: number, seconds: number): Promise<FdStream | undefined> {
  const dialling = dial(sys, inet(address, port))
  if (seconds <= 0) return dialling
  return Promise.race([dialling, sys.sleep(seconds * 1000).then(() => undefined)])
}

function reason(error: unknown): string {
  if (error === ECONNREFUSED) return 'Connection refused'
  if (error === EHOSTUNREACH) return 'No route to host'
  if (error === ENETUNREACH) return 'Network is unreachable'
  if (hasTimedOut(error)) return 'Connection timed out'
  if (isErrno(error)) return error.message
  throw error
}

/** The ssh that leads there: the last of several jumps, which goes through those before it. */
function jumpCommand(line: SshCommandLine, jump: string, host: string, port: number): string[] {
  const jumps = jump.split(',')
  const last = jumps.pop() ?? ''
  const [, target = last, own] = /^(?:ssh:\/\/)?(.*?)(?::(\d+))?$/.exec(last) ?? []
  const before = jumps.length > 0 ? ['-J', jumps.join(',')] : []
  const file = line.configFile === undefined ? [] : ['-F', line.configFile]
  return ['ssh', ...file, ...(own === undefined ? [] : ['-p', own]), ...before, '-W', `[${host}]:${port}`, target]
}

interface Self {
  readonly name: string
  readonly home: string
}

async function whoAmI({ sys, env }: Process): Promise<Self> {
  const own = (await readPasswd(sys)).find(({ uid }) => uid === sys.getuid())
  return { name: own?.name ?? 'root', home: env.get('HOME') ?? own?.home ?? '/' }
}

function sessionRequest(
  { sys, env }: Process,
  line: SshCommandLine,
  config: SshConfig,
  wantsPty: boolean,
): SessionRequest {
  const sent = [...env].filter(([name]) => name === 'LANG' || name.startsWith('LC_'))
  const set = (config.get('setenv') ?? []).map((text): [string, string] => [
    text.split('=')[0] ?? '',
    text.replace(/^[^=]*=/, ''),
  ])
  const command = line.command.join(' ') || config.get('remotecommand')?.[0]
  return {
    env: [...sent, ...set],
    ...(command ? { command } : {}),
    ...(line.flags.has('s') && command ? { subsystem: command } : {}),
    ...(wantsPty
      ? {
          pty: {
            term: env.get('TERM') ?? 'vt100',
            ...(isTerminal(sys, 0) ? sys.getWindowSize(0) : { rows: 24, cols: 80 }),
          },
        }
      : {}),
  }
}

class Client {
  private readonly process: Process
  private readonly line: SshCommandLine
  private readonly io: Stdio

  constructor(process: Process, line: SshCommandLine) {
    this.process = process
    this.line = line
    this.io = new Stdio(process.sys)
  }

  private get quiet(): boolean {
    return this.line.flags.has('q')
  }
  private readonly say = async (text: string): Promise<void> => {
    if (!this.quiet) await this.io.warn(`${text}\n`)
  }
  private readonly debug = async (text: string): Promise<void> => {
    if (this.line.flags.has('v')) await this.io.warn(`debug1: ${text}\r\n`)
  }

  async run(): Promise<number> {
    const { sys } = this.process
    const self = await whoAmI(this.process)
    const files =
      this.line.configFile === undefined ? [`${self.home}/.ssh/config`, '/etc/ssh/ssh_config'] : [this.line.configFile]
    const config = await readConfig(sys, this.line.host, this.line.given, files)
    if (this.line.flags.has('v')) await this.io.warn(`${OPENSSH_VERSION}\n`)
    const host = (config.get('hostname')?.[0] ?? this.line.host).replaceAll('%h', this.line.host)
    const port = Number(config.get('port')?.[0] ?? 22)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      await this.io.warn(`Bad port '${config.get('port')?.[0]}'\n`)
      return FAILED
    }
    const wrong = [...config.keys()].find((name) => !isKnownOption(name))
    if (wrong !== undefined) {
      await this.io.warn(`command-line: line 0: Bad configuration option: ${wrong}\r\n`)
      return FAILED
    }
    if (this.line.flags.has('G')) return this.printConfig(config, host, port, self)
    const reach = (): Promise<{ wire: Wire; address: string } | undefined> => this.reachBy(config, host, port)
    const found = await reach()
    if (!found) return FAILED
    const peer: Peer = {
      ...found,
      agent: config.get('identityagent')?.[0] === 'none' ? undefined : await Agent.open(sys, this.process.env),
      connect: async () => (await reach())?.wire,
      sys,
      config,
      home: self.home,
      host,
      port,
      quiet: this.quiet,
      user: config.get('user')?.[0] ?? self.name,
      say: this.say,
      debug: this.debug,
    }
    return this.talk(peer, config)
  }

  /** ssh -G: what holds for a host. */
  private async printConfig(config: SshConfig, host: string, port: number, self: Self): Promise<number> {
    const rows: [string, readonly string[]][] = [
      ['host', [this.line.host]],
      ['user', [config.get('user')?.[0] ?? self.name]],
      ['hostname', [host]],
      ['port', [String(port)]],
      ...[...config]
        .filter(([name]) => !['user', 'hostname', 'port'].includes(name))
        .map(([name, values]): [string, readonly string[]] => [name, values]),
      ...(config.has('identityfile')
        ? []
        : [['identityfile', ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']] as [string, string[]]]),
    ]
    for (const [name, values] of rows) for (const value of values) await this.io.print(`${name} ${value}\n`)
    await this.io.out.flush()
    return 0
  }

  /** Straight, through another host, or through a program. ssh_config(5), ProxyJump and ProxyCommand */
  private async reachBy(
    config: SshConfig,
    host: string,
    port: number,
  ): Promise<{ wire: Wire; address: string } | undefined> {
    const jump = config.get('proxyjump')?.[0]
    const command = config.get('proxycommand')?.[0]
    if (jump !== undefined && jump !== 'none') return this.through(jumpCommand(this.line, jump, host, port), host)
    if (command !== undefined && command !== 'none') {
      const user = config.get('user')?.[0] ?? ''
      const line = command.replace(
        /%[hprn%]/g,
        (each) => ({ '%h': host, '%p': String(port), '%r': user, '%n': this.line.host, '%%': '%' })[each] ?? each,
      )
      return this.through(['sh', '-c', `exec ${line}`], host)
    }
    return this.reach(host, port, Number(config.get('connecttimeout')?.[0] ?? 0))
  }

  /** The program's input and output are the connection. */
  private async through(argv: readonly string[], host: string): Promise<{ wire: Wire; address: string }> {
    const { sys, env } = this.process
    const [ours, theirs] = sys.socketpair()
    sys.setFdFlags(ours, { cloexec: true })
    const fds = new Map([
      [0, theirs],
      [1, theirs],
      [2, 2],
    ])
    await sys.spawn(searchPath(sys, argv[0] ?? 'sh', env.get('PATH')), { argv, env, fds })
    sys.close(theirs)
    return { wire: new Wire(sys, ours), address: host }
  }

  private async reach(
    host: string,
    port: number,
    seconds: number,
  ): Promise<{ wire: Wire; address: string } | undefined> {
    const { sys } = this.process
    let address: string
    try {
      address = (await resolveHost(sys, host))[0] ?? host
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await this.say(`ssh: Could not resolve hostname ${host}: ${error.message}\r`)
      return undefined
    }
    await this.debug(`Connecting to ${host} [${address}] port ${port}.`)
    try {
      const stream = await connect(sys, address, port, seconds)
      if (stream) {
        await this.debug('Connection established.')
        return { wire: new Wire(sys, stream.fd), address }
      }
      await this.say(`ssh: connect to host ${host} port ${port}: Connection timed out\r`)
    } catch (error) {
      await this.say(`ssh: connect to host ${host} port ${port}: ${reason(error)}\r`)
    }
    return undefined
  }

  private async talk(peer: Peer, config: SshConfig): Promise<number> {
    const { wire, host, address, port } = peer
    await wire.sendLine(SERVER_VERSION)
    const version = await wire.line()
    if (!version?.startsWith('SSH-2.0-')) {
      await this.say(
        version === undefined
          ? 'kex_exchange_identification: Connection closed by remote host\r'
          : `kex_exchange_identification: banner line contains invalid characters\r`,
      )
      return FAILED
    }
    await this.debug(`Remote protocol version 2.0, remote software version ${version.slice(8)}`)
    const session = await verifyHost(peer)
    if (!session || !(await authenticate(peer, session))) return FAILED
    await this.debug(`Authenticated to ${host} ([${address}]:${port}).`)
    if (this.line.flags.has('f')) return this.goBehind(peer, config)
    return this.afterwards(peer, config)
  }

  /** -f: the shell has its prompt back, and a child goes on. */
  private goBehind(peer: Peer, config: SshConfig): number {
    const { sys } = this.process
    const nothing = sys.open('/dev/null', O_RDWR)
    const own = peer.wire.fd
    // Without a command nobody's output is held open, as with daemon(3).
    const fds = new Map(
      this.line.flags.has('N')
        ? [0, 1, 2].map((fd) => [fd, nothing])
        : [
            [0, nothing],
            [1, 1],
            [2, 2],
          ],
    )
    sys.fork(
      async (child) => {
        const client = new Client(child, this.line)
        const wire = new Wire(child.sys, own)
        const connect = async (): Promise<Wire | undefined> =>
          (await client.reachBy(config, peer.host, peer.port))?.wire
        return client.afterwards({ ...peer, sys: child.sys, wire, connect }, config)
      },
      { setsid: true, fds: fds.set(own, own) },
    )
    return 0
  }

  private async afterwards(peer: Peer, config: SshConfig): Promise<number> {
    if (!(await this.forward(peer, config)) && config.get('exitonforwardfailure')?.[0] === 'yes') return FAILED
    if (this.line.standard !== undefined) return standardForward(this.process.sys, peer.wire, this.line.standard)
    if (this.line.flags.has('N')) await this.untilGone(peer)
    return this.line.flags.has('N') ? FAILED : this.session(peer, config)
  }

  /** Nothing is asked of the server any more: it may only end. */
  private async untilGone(peer: Peer): Promise<void> {
    for (let frame = await peer.wire.next(); frame; frame = await peer.wire.next()) {}
  }

  private async forward(peer: Peer, config: SshConfig): Promise<boolean> {
    const spaced = (text: string): string => text.trim().replace(/\s+/, ':')
    let well = true
    for (const text of [...this.line.forwards, ...(config.get('localforward') ?? []).map(spaced)])
      well = (await forwardPort(this.process, peer, text)) && well
    for (const text of [...this.line.dynamics, ...(config.get('dynamicforward') ?? [])])
      well = (await forwardDynamic(this.process, peer, text)) && well
    for (const text of [...this.line.remotes, ...(config.get('remoteforward') ?? []).map(spaced)]) {
      const wire = await peer.connect()
      const listens =
        wire !== undefined &&
        (await signIn({ ...peer, wire })) &&
        (await askRemoteForward(this.process.sys, wire, text))
      if (!listens)
        await this.say(`Warning: remote port forwarding failed for listen port ${text.split(':').at(-3) ?? text}\r`)
      well = listens && well
    }
    return well
  }

  private async session(peer: Peer, config: SshConfig): Promise<number> {
    const { sys } = this.process
    const { flags, command } = this.line
    const forced = flags.get('t') ?? 0
    const asked = config.get('requesttty')?.[0]
    let wantsPty =
      flags.has('T') || asked === 'no'
        ? false
        : forced > 0 || asked === 'yes' || asked === 'force' || command.length === 0
    if (wantsPty && !isTerminal(sys, 0) && forced < 2 && asked !== 'force') {
      await this.say('Pseudo-terminal will not be allocated because stdin is not a terminal.\r')
      wantsPty = false
    }
    const request = sessionRequest(this.process, this.line, config, wantsPty)
    const { status, escaped } = await runSession({
      sys,
      wire: peer.wire,
      request,
      noInput: flags.has('n') || flags.has('f'),
    })
    const lost = status === undefined && !escaped
    if (lost) await this.say(`client_loop: send disconnect: Broken pipe\r`)
    else if (
      wantsPty &&
      !this.quiet &&
      !['quiet', 'fatal', 'error'].includes((config.get('loglevel')?.[0] ?? 'info').toLowerCase())
    )
      await writeAll(sys, 2, new TextEncoder().encode(`Connection to ${peer.host} closed.\r\n`))
    return status ?? FAILED
  }
}

export async function sshMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const line = parseSsh(process.argv.slice(1))
  if ('wrong' in line) {
    await io.warn(line.wrong)
    return FAILED
  }
  if (line.flags.has('V')) {
    await io.warn(`${OPENSSH_VERSION}\n`)
    return 0
  }
  return new Client(process, line).run()
}
