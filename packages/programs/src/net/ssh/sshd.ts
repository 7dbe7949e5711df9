import {
  inet,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_WRONLY,
  type Process,
  SIGCHLD,
  SIGHUP,
  SIGTERM,
  type SocketAddress,
  type Sys,
  type InetAddress,
} from '@drydock/abi'
import { encodeBase64 } from '@drydock/codec'
import { listen, readTextFile, Stdio, writeAll, writeFile, isAddress } from '@drydock/libc'
import { becomeUser } from '../../account/become.ts'
import { type KeyPair, parsePrivateFile, publicLine, signWith } from './keys.ts'
import { Doorkeeper } from './sshd-auth.ts'
import { SshdConfig } from './sshd-config.ts'
import { serveSession } from './sshd-session.ts'
import { MSG, SERVER_VERSION, toJson, Wire } from './wire.ts'

interface Options {
  readonly foreground: boolean
  readonly logToStderr: boolean
  readonly test: boolean
  readonly configFile: string
  readonly lines: readonly string[]
}

const USAGE = `usage: sshd [-46DdeGiqTtV] [-C connection_spec] [-c host_cert_file]
            [-E log_file] [-f config_file] [-g login_grace_time]
            [-h host_key_file] [-o option] [-p port] [-u len]
`

function parse(argv: readonly string[]): Options | { readonly wrong: string } {
  const options = { foreground: false, logToStderr: false, test: false, configFile: '/etc/ssh/sshd_config' }
  const lines: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('CcEfghopu'.includes(letter)) {
        const text = word.slice(i + 1) || argv[++at]
        if (text === undefined) return { wrong: `option requires an argument -- ${letter}\n${USAGE}` }
        if (letter === 'f') options.configFile = text
        if (letter === 'p') lines.push(`Port ${text}`)
        if (letter === 'h') lines.push(`HostKey ${text}`)
        if (letter === 'o') lines.push(text)
        break
      }
      if (letter === 'D' || letter === 'd') options.foreground = true
      else if (letter === 'e') options.logToStderr = true
      else if (letter === 't' || letter === 'T') options.test = true
      else if (!'46iqG'.includes(letter))
        return { wrong: `unknown option -- ${letter}\nOpenSSH_9.2p1, OpenSSL 3.0.15 3 Sep 2024\n${USAGE}` }
    }
  }
  return { ...options, lines }
}

const HOST_KEYS = ['/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_rsa_key', '/etc/ssh/ssh_host_ecdsa_key']

class Daemon {
  private readonly sys: Sys
  private readonly options: Options
  readonly settings: SshdConfig
  readonly hostKey: KeyPair
  private children = 0

  constructor(process: Process, options: Options, config: SshdConfig, key: KeyPair) {
    this.sys = process.sys
    this.options = options
    this.settings = config
    this.hostKey = key
  }

  /** In the words of the auth facility of syslog(3). */
  readonly log = async (text: string): Promise<void> => {
    const bytes = new TextEncoder().encode(`${text}\r\n`)
    if (this.options.logToStderr) return writeAll(this.sys, 2, bytes)
    try {
      const fd = this.sys.open('/var/log/auth.log', O_WRONLY | O_APPEND | O_CREAT, 0o640)
      const { nodename } = this.sys.uname()
      const stamp = new Date(this.sys.clock.now()).toISOString().slice(0, 19)
      await writeAll(
        this.sys,
        fd,
        new TextEncoder().encode(`${stamp} ${nodename} sshd[${this.sys.getpid()}]: ${text}\n`),
      )
      this.sys.close(fd)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  /** Every distribution's file names sftp; a file without the line is taken for one that nobody has touched. */
  private subsystems(): ReadonlyMap<string, string> {
    const rows = this.settings.all('Subsystem')
    return new Map(
      (rows.length > 0 ? rows : ['sftp internal-sftp']).map((row) => [
        row.split(/\s+/)[0] ?? '',
        row.replace(/^\S+\s+/, ''),
      ]),
    )
  }

  bind(): number[] {
    const ports = this.settings.all('Port').length > 0 ? this.settings.all('Port') : ['22']
    const chosen = this.settings.all('ListenAddress').filter(isAddress)
    const addresses = chosen.length > 0 ? chosen : ['0.0.0.0', '::']
    return ports.flatMap((port) =>
      addresses.map((address) => listen(this.sys, inet(address, Number(port)), 128, { v6only: true })),
    )
  }

  async serve(sockets: readonly number[]): Promise<number> {
    this.sys.sigaction(SIGCHLD, () => void this.reap(), { restart: true })
    for (const fd of sockets) {
      const { address, port } = this.sys.getsockname(fd) as InetAddress
      await this.log(`Server listening on ${address} port ${port}.`)
    }
    const ended = new Promise<number>((done) => {
      this.sys.sigaction(SIGTERM, () => void this.log('Received signal 15; terminating.').then(() => done(0)), {
        restart: true,
      })
    })
    for (const fd of sockets) void this.acceptAll(fd)
    return ended
  }

  private async reap(): Promise<void> {
    while (this.children > 0) {
      const gone = await this.sys.wait(-1, 1)
      if (!gone) return
      this.children--
    }
  }

  private async acceptAll(listening: number): Promise<void> {
    for (;;) {
      const { fd, peer } = await this.sys.accept(listening)
      try {
        this.sys.fork((child) => this.connection(child, fd, peer), { argv: ['sshd: [accepted]'] })
        this.children++
      } catch (error) {
        if (!isErrno(error)) throw error
      }
      this.sys.close(fd)
    }
  }

  /** A child of its own for each connection, which gives up root when it knows who came. */
  private async connection(child: Process, fd: number, peer: SocketAddress): Promise<number> {
    const { sys } = child
    sys.sigaction(SIGTERM, 'SIG_DFL')
    sys.sigaction(SIGCHLD, 'SIG_DFL')
    sys.sigaction(SIGHUP, 'SIG_DFL')
    const wire = new Wire(sys, fd)
    try {
      await this.converse(child, wire, peer)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return 0
  }

  private async converse(child: Process, wire: Wire, peer: SocketAddress): Promise<void> {
    const { sys } = child
    if (!('address' in peer)) return
    await wire.sendLine(SERVER_VERSION)
    const version = await wire.line()
    if (!version?.startsWith('SSH-2.0-')) {
      if (version !== undefined) await wire.sendLine('Invalid SSH identification string.')
      return
    }
    const session = sys.entropy.bytes(32)
    const hello = {
      key: publicLine(this.hostKey),
      session: encodeBase64(session),
      signature: encodeBase64(signWith(this.hostKey, session)),
    }
    await wire.send(MSG.hostKey, toJson(hello))
    const banner = this.settings.get('Banner', 'none')
    if (banner !== 'none') await wire.send(MSG.banner, new TextEncoder().encode(await readTextFile(sys, banner)))
    const door = new Doorkeeper(sys, this.settings, session, this.log)
    const admitted = await door.admit(wire, `${peer.address} port ${peer.port}`)
    if (!admitted) return
    const { user, accounts } = admitted
    const own = sys.getsockname(wire.fd) as { address: string; port: number }
    becomeUser(sys, accounts, user)
    await serveSession(child, wire, {
      user,
      client: `${peer.address} ${peer.port} ${own.port}`,
      connection: `${peer.address} ${peer.port} ${own.address} ${own.port}`,
      motd: this.settings.yes('PrintMotd', true),
      subsystems: this.subsystems(),
      forced: this.settings.all('ForceCommand')[0],
      path:
        user.uid === 0
          ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
          : '/usr/local/bin:/usr/bin:/bin:/usr/games',
    })
  }
}

async function hostKey(sys: Sys, config: SshdConfig): Promise<KeyPair | undefined> {
  const files = config.all('HostKey').length > 0 ? config.all('HostKey') : HOST_KEYS
  for (const file of files) {
    try {
      const key = parsePrivateFile(await readTextFile(sys, file))
      if (key) return key
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  return undefined
}

export async function sshdMain(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const [name = ''] = process.argv
  const options = parse(process.argv.slice(1))
  if ('wrong' in options) {
    await io.warn(options.wrong)
    return 1
  }
  if (!name.startsWith('/')) {
    await io.warn('sshd re-exec requires execution with an absolute path\n')
    return 1
  }
  const config = new SshdConfig()
  options.lines.forEach((line) => config.add(line, 'command-line: line 0'))
  if (!(await config.read(sys, options.configFile)) && options.configFile !== '/etc/ssh/sshd_config') {
    await io.warn(`${options.configFile}: No such file or directory\r\n`)
    return 1
  }
  if (config.wrong.length > 0) {
    await io.warn(
      `${config.wrong.join('\r\n')}\r\n${options.configFile}: terminating, ${config.wrong.length} bad configuration options\r\n`,
    )
    return 255
  }
  const key = await hostKey(sys, config)
  if (!key) {
    await io.warn('sshd: no hostkeys available -- exiting.\r\n')
    return 1
  }
  if (options.test) return 0
  return listenAndServe(process, io, new Daemon(process, options, config, key), options)
}

async function listenAndServe(process: Process, io: Stdio, daemon: Daemon, options: Options): Promise<number> {
  const { sys } = process
  let sockets: number[]
  try {
    sockets = daemon.bind()
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`Bind to port 22 on 0.0.0.0 failed: ${error.message}.\r\nCannot bind any address.\r\n`)
    return 255
  }
  if (options.foreground) return daemon.serve(sockets)
  const nothing = sys.open('/dev/null', O_RDWR)
  const fds = new Map<number, number>([
    ...[0, 1, 2].map((fd): [number, number] => [fd, nothing]),
    ...sockets.map((fd): [number, number] => [fd, fd]),
  ])
  const pid = sys.fork((child) => new Daemon(child, options, daemon.settings, daemon.hostKey).serve(sockets), {
    setsid: true,
    cwd: '/',
    fds,
    argv: ['sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups'],
  })
  await writeFile(sys, '/run/sshd.pid', `${pid}\n`)
  return 0
}
