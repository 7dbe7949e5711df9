import {
  isErrno,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Process,
  SIGABRT,
  SIGSEGV,
  type Sys,
  unix,
  type WaitResult,
  type WaitStatus,
} from '@drydock/abi'
import { listen } from '@drydock/libc'

/** Restart of a daemon that died, in milliseconds: at once would spin. */
const RESPAWN_MS = 1000
/** The engine starts this long after the host is up unless it is wanted earlier, in milliseconds. */
const ENGINE_DELAY_MS = 3000
export const ENGINE_SOCKET = '/var/run/docker.sock'
/** sshd starts so long after the engine was started: nobody waits for it, and the first command comes first. */
const SSHD_DELAY_MS = 1500
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key'
/** Orphans are reaped as well and nobody asks for them. */
const MOST_ENDED = 256

interface InitOptions {
  /** The host is up: its daemon is being started. */
  readonly onReady: (init: Init) => void
}

/** Process 1 of a host: starts dockerd and keeps it running, reaps whoever is left. */
export class Init {
  readonly sys: Sys
  private readonly awaited = new Map<number, (status: WaitStatus) => void>()
  /** Children that ended before anybody asked. */
  private readonly ended = new Map<number, WaitStatus>()
  private wake: (() => void) | undefined
  readonly engineWanted: Promise<void>
  /** The first prompt stands, or somebody has connected: the engine need not wait any longer. */
  wantEngine: () => void = () => undefined

  static async run(process: Process, options: InitOptions): Promise<number> {
    const init = new Init(process.sys)
    options.onReady(init)
    void init.keepEngine()
    void init.keepSshd()
    await init.reap()
    return 0
  }

  private constructor(sys: Sys) {
    this.sys = sys
    this.engineWanted = new Promise((wanted) => {
      this.wantEngine = wanted
    })
  }

  /** Resolves when the child is gone, with how it went. */
  readonly waitFor = (pid: number): Promise<WaitStatus> =>
    new Promise((gone) => {
      const status = this.ended.get(pid)
      if (status && this.ended.delete(pid)) return gone(status)
      this.awaited.set(pid, gone)
      this.wake?.()
    })

  /**
   * The engine's socket is there before the engine is, as systemd.socket(5) does it: whoever connects early waits. The
   * first shell goes first.
   */
  private async keepEngine(): Promise<void> {
    const socket = listen(this.sys, unix(ENGINE_SOCKET))
    this.sys.chmod(ENGINE_SOCKET, 0o660)
    await Promise.race([this.sys.sleep(ENGINE_DELAY_MS), this.engineWanted])
    // The page's clock told so, and the machine may have been switched off since: this call then never ends.
    await this.sys.tick()
    this.wantEngine()
    for (;;) {
      const pid = await this.startEngine(socket)
      const status = pid === undefined ? undefined : await this.waitFor(pid)
      // Whoever stops it means it, and may start it again: only one that broke comes back by itself.
      if (status && !isCrash(status)) break
      await this.sys.sleep(RESPAWN_MS)
    }
    this.sys.close(socket)
    this.sys.unlink(ENGINE_SOCKET)
  }

  /** As an OpenRC script would: keys when there are none yet, then the daemon for as long as it lasts. */
  private async keepSshd(): Promise<void> {
    await this.engineWanted
    await this.sys.sleep(SSHD_DELAY_MS)
    if (!this.hasHostKey()) await this.daemon(['/usr/bin/ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', HOST_KEY])
    for (;;) {
      await this.daemon(['/usr/sbin/sshd', '-D'])
      await this.sys.sleep(RESPAWN_MS)
    }
  }

  private hasHostKey(): boolean {
    try {
      this.sys.stat(HOST_KEY)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** Runs a program without a terminal to its end; one that is not there counts as ended. */
  private async daemon(argv: readonly [string, ...string[]]): Promise<void> {
    const { sys } = this
    const nothing = sys.open('/dev/null', O_RDWR)
    const fds = new Map([0, 1, 2].map((fd) => [fd, nothing]))
    try {
      const pid = await sys.spawn(argv[0], { argv, env: DAEMON_ENVIRONMENT, cwd: '/', fds, setsid: true })
      await this.waitFor(pid)
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      sys.close(nothing)
    }
  }

  private async startEngine(socket: number): Promise<number | undefined> {
    const { sys } = this
    const input = sys.open('/dev/null', O_RDONLY)
    const output = sys.open('/var/log/docker.log', O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    const fds = new Map([
      [0, input],
      [1, output],
      [2, output],
      [3, socket],
    ])
    const argv = ['/usr/bin/dockerd', '-H', 'fd://']
    try {
      return await sys.spawn('/usr/bin/dockerd', { argv, env: DAEMON_ENVIRONMENT, cwd: '/', fds, setsid: true })
    } catch (error) {
      if (!isErrno(error)) throw error
      return undefined
    } finally {
      sys.close(input)
      sys.close(output)
    }
  }

  /** Waits for every child; with none left, for a new one to be waited for. */
  private async reap(): Promise<never> {
    for (;;) {
      const ended = await this.waitAny()
      if (ended === undefined) await new Promise<void>((wake) => (this.wake = wake))
      else this.tellGone(ended)
    }
  }

  private tellGone({ pid, status }: WaitResult): void {
    const gone = this.awaited.get(pid)
    this.awaited.delete(pid)
    if (gone) return gone(status)
    this.ended.set(pid, status)
    if (this.ended.size > MOST_ENDED) this.ended.clear()
  }

  private async waitAny(): Promise<WaitResult | undefined> {
    try {
      return await this.sys.wait(-1)
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
}

const isCrash = (status: WaitStatus): boolean =>
  status.kind === 'signaled' && (status.signal === SIGSEGV || status.signal === SIGABRT)

const DAEMON_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['HOME', '/root'],
  ['LISTEN_FDS', '1'],
])
