import type { Clock, Entropy, ForeignHost, MaybePromise, Process, ProgramTable } from '@drydock/abi'
import { SIGKILL } from '@drydock/abi'
import type { Link } from '@drydock/net'
import { fileSystemTypes } from './boot/file-systems.ts'
import { mountFirst } from './boot/first-mounts.ts'
import { registerLogDevices } from './boot/log-device.ts'
import { BlockSeat, registerBlockDevices } from './block/block-seat.ts'
import { Cgroup, type CgroupHost } from './cgroup/cgroup.ts'
import { findCgroup } from './cgroup/lookup.ts'
import { oomReport } from './cgroup/oom-killer.ts'
import { makeDevtmpfs, registerMemoryDevices, type Tmpfs } from './fs/index.ts'
import { KERN_ERR, KERN_NOTICE, KERN_WARNING, KernelLog } from './kernel-log.ts'
import type { KernelParts, Signals } from './kernel-parts.ts'
import { LoadAverage } from './load-average.ts'
import { IpcNamespace } from './namespace/ipc-namespace.ts'
import { NamespaceNumbers, UtsNamespace } from './namespace/namespaces.ts'
import { Network } from './net/index.ts'
import { makeFifo } from './pipe.ts'
import { Scheduler } from './scheduler.ts'
import { releaseOrphans, sendSignal, signalGroup, takePending } from './signal/delivery.ts'
import { makeSys } from './syscall/make-sys.ts'
import { run } from './task/clone.ts'
import { exitTask } from './task/exit.ts'
import { FdTable } from './task/fd-table.ts'
import { Limits } from './task/limits.ts'
import { Pid, PidNamespace } from './task/pid.ts'
import { ProcessGroup, Session } from './task/process-group.ts'
import { Task } from './task/task.ts'
import { PtyTable } from './tty/pty-table.ts'
import { ptysOf, registerTerminalDevices } from './tty/terminal-devices.ts'
import { RELEASE, VERSION } from './version.ts'
import { DeviceTable, Files, type FileSystem, type Inode, type Mount, MountNamespace } from './vfs/index.ts'

export interface KernelOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign?: ForeignHost
  readonly programs: ProgramTable
  /** The disk, mounted at `/`. */
  readonly root: FileSystem
  readonly hostname: string
  readonly memoryBytes: number
  readonly cpus: number
  /** The network card; without it there is only loopback. */
  readonly lan?: {
    readonly link: Link
    readonly address: string
    readonly prefix: number
    readonly gateway: string
    readonly mac?: string
  }
}

/** Inode numbers of the first namespaces. include/linux/proc_ns.h */
const FIRST = { cgroup: 4026531835, pid: 4026531836, uts: 4026531838, ipc: 4026531839 } as const
const INIT_RSS = 4 * 1024 * 1024
const KILLED = { kind: 'signaled', signal: SIGKILL, core: false } as const

/** One simulated Linux machine. This file only puts it together. */
export class Kernel {
  private readonly parts: KernelParts
  private readonly options: KernelOptions
  private init: Task | undefined
  private finish: ((status: number) => void) | undefined

  constructor(options: KernelOptions) {
    this.options = options
    this.parts = this.assemble()
  }

  /**
   * Runs `init` as process 1, with the first file systems mounted. Resolves with its status when it ends, and everything
   * else with it; never after a power cut.
   */
  start(init: (process: Process) => MaybePromise<number>, argv: readonly string[] = ['init']): Promise<number> {
    const { parts, options } = this
    const task = this.makeInit(argv)
    this.init = task
    parts.log.write(`Linux version ${RELEASE} (drydock) ${VERSION}`, KERN_NOTICE)
    parts.log.write(`Memory: ${Math.floor(options.memoryBytes / 1024)}K available`)
    mountFirst(task)
    parts.log.write('Run /sbin/init as init process')
    return new Promise((resolve) => {
      this.finish = resolve
      run(task, init)
    })
  }

  /** Power cut: nothing of it runs afterwards, and nobody is told. */
  shutdown(): void {
    const { scheduler, network, rootPids } = this.parts
    scheduler.stop()
    network.shutdown()
    for (const task of rootPids.tasks()) task.cutOff()
  }

  private assemble(): KernelParts {
    const { clock, entropy, foreign, programs, memoryBytes, cpus } = this.options
    const scheduler = new Scheduler(clock)
    const log = new KernelLog(clock)
    const signals: Signals = { send: sendSignal, sendGroup: signalGroup, releaseOrphans, takePending }
    const rootCgroup = new Cgroup(cgroupHost(this.options, log), '')
    let ino = 10000
    const nextIno = (): number => ++ino
    const blocks: BlockSeat = new BlockSeat(() => parts)
    let nodes: Tmpfs | undefined
    const parts: KernelParts = {
      clock,
      entropy,
      foreign,
      programs,
      scheduler,
      signals,
      log,
      memoryBytes,
      cpus,
      rootCgroup,
      nextIno,
      files: this.makeFiles(log, blocks, () => parts),
      blocks,
      deviceNodes: () => (nodes ??= makeDevtmpfs(clock)),
      ptys: new PtyTable(signals, scheduler),
      rootPids: new PidNamespace(undefined, FIRST.pid),
      numbers: new NamespaceNumbers(),
      network: new Network({ clock, entropy, nextIno, log: (text) => log.write(text, KERN_WARNING) }),
      loads: new LoadAverage(
        () => clock.monotonic(),
        () => rootCgroup.cpuMs,
      ),
      bootMs: clock.monotonic(),
      bootTimeMs: clock.now(),
      settings: new WeakMap(),
      findCgroup,
      makeSys,
      adoptTerminal: (task, tty) => ptysOf(task).adopt(tty),
      onExit: (task) => this.ended(task),
    }
    return parts
  }

  private makeFiles(log: KernelLog, blocks: BlockSeat, parts: () => KernelParts): Files {
    const { clock, entropy } = this.options
    const devices = new DeviceTable()
    registerMemoryDevices(devices, entropy)
    registerTerminalDevices(devices)
    registerLogDevices(devices, log)
    registerBlockDevices(devices, blocks)
    const runs = (inode: Inode): boolean =>
      parts()
        .rootPids.tasks()
        .some((task) => task.alive && task.image.exe?.inode === inode)
    const sits = (mount: Mount): boolean =>
      parts()
        .rootPids.tasks()
        .some((task) => task.alive && (task.cwd.mount === mount || task.root.mount === mount))
    return new Files({ clock, types: fileSystemTypes(parts), devices, makeFifo, runs, sits })
  }

  private makeInit(argv: readonly string[]): Task {
    const { parts, options } = this
    const mounts = MountNamespace.create(options.root, '/dev/sda1')
    const net = parts.network.createNamespace()
    if (options.lan) net.attachLan(options.lan)
    else net.stack.setUp(net.stack.loopback, true)
    const pid = new Pid(parts.rootPids)
    const task = new Task({
      parts,
      pid,
      parent: undefined,
      fds: new FdTable(),
      cgroup: parts.rootCgroup,
      group: new ProcessGroup(pid, new Session(pid)),
      namespaces: {
        uts: new UtsNamespace(FIRST.uts, options.hostname),
        ipc: new IpcNamespace(FIRST.ipc),
        net,
        cgroup: { id: FIRST.cgroup, root: parts.rootCgroup },
        pidForChildren: parts.rootPids,
      },
      mounts,
      root: mounts.root,
      cwd: mounts.root,
      umask: 0o022,
      limits: new Limits(),
      credentials: { uid: 0, gid: 0, groups: [0] },
      image: { argv, env: new Map(), comm: (argv[0] ?? 'init').slice(0, 15), exe: undefined, rssBytes: INIT_RSS },
    })
    parts.rootPids.init = task
    parts.rootCgroup.join(task)
    task.chargeMemory()
    return task
  }

  private ended(task: Task): void {
    if (task !== this.init) return
    const { exitStatus } = task
    this.shutdown()
    this.finish?.(exitStatus?.kind === 'exited' ? exitStatus.code : 128)
  }
}

const cgroupHost = ({ clock, memoryBytes, cpus }: KernelOptions, log: KernelLog): CgroupHost => ({
  memoryBytes,
  cpus,
  now: () => clock.monotonic(),
  takePending,
  kill: (task) => exitTask(task, KILLED),
  log: (text) => log.write(text),
  outOfMemory(group, invoker, victim) {
    for (const line of oomReport(group, invoker, victim))
      log.write(
        line,
        line.startsWith('Memory cgroup out') || line.startsWith('Out of memory') ? KERN_ERR : KERN_WARNING,
      )
    exitTask(victim, { ...KILLED, oomKilled: true })
  },
})
