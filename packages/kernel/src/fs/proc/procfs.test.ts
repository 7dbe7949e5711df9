import type { ProcessInfo, Stat } from '@drydock/abi'
import { EACCES, ENOENT, O_RDONLY, O_WRONLY, POLLIN, S_IFDIR, S_IFIFO } from '@drydock/abi'
import { beforeEach, describe, expect, test } from 'vitest'
import { FileDescription } from '../../file-description.ts'
import { FileTree, TickingClock } from '../testing/file-tree.ts'
import { Tmpfs } from '../tmpfs.ts'
import type { ProcSource, ProcTask } from './proc-source.ts'
import { Procfs } from './procfs.ts'

const BOOT_MS = 1_700_000_000_000
const clock = {
  now: () => BOOT_MS + 60_000,
  monotonic: () => 60_000,
  after: () => ({ cancel: () => undefined }),
  soon: () => undefined,
}

class FakePipe extends FileDescription {
  override readonly path = 'pipe:[4711]'
  override stat(): Stat {
    return { ...tree.files.stat(tree.context, '/'), mode: S_IFIFO | 0o600, ino: 4711 }
  }
  override read(): Uint8Array {
    return new TextEncoder().encode('from the pipe')
  }
  override write(bytes: Uint8Array): number {
    return bytes.length
  }
  override poll(): number {
    return POLLIN
  }
}

const info = (pid: number, more: Partial<ProcessInfo> = {}): ProcessInfo => ({
  pid,
  ppid: 1,
  pgid: pid,
  sid: pid,
  uid: 0,
  gid: 0,
  state: 'S',
  comm: 'sleep',
  argv: ['sleep', '100'],
  tty: 'pts/0',
  tpgid: pid,
  startTimeMs: BOOT_MS + 2500,
  cpuMs: 1230,
  rssBytes: 2 ** 20,
  vszBytes: 3 * 2 ** 20,
  nice: 0,
  threads: 1,
  ...more,
})

let tree: FileTree
let processes: Map<number, ProcessInfo>
let descriptors: [number, FileDescription][]
let hostname: string

const tasks = new Map<number, ProcTask>()
const taskOf = (pid: number): ProcTask => ({
  info: () => processes.get(pid) ?? info(pid),
  env: () => new Map([['HOME', '/root']]),
  cwd: () => tree.files.resolve(tree.context, '/home'),
  root: () => tree.context.root,
  exe: () => tree.files.resolve(tree.context, '/sleep'),
  mountNamespace: () => tree.context.namespace,
  descriptors: () => descriptors,
  namespaceIds: () => new Map([['mnt', 4026531841] as const, ['net', 4026531840] as const]),
  cgroup: () => '/docker/abc',
  limit: () => ({ soft: 1024, hard: Number.POSITIVE_INFINITY }),
  groups: () => [0],
  identity: () => ({
    uids: [0, 0, 0, 0],
    gids: [0, 0, 0, 0],
    capabilities: { effective: 1, permitted: 1, inheritable: 0, bounding: 3, ambient: 0 },
    noNewPrivileges: true,
    seccomp: 2,
  }),
  nestedIds: () => ({ pid: [pid, 1], pgid: [pid, 1], sid: [pid, 1] }),
  user: () => undefined,
  transfers: () => ({ readBytes: 10, writtenBytes: 20, reads: 1, writes: 2 }),
  childrenCpuMs: () => 0,
  children: () => [],
  rename: () => undefined,
  umask: () => 0o022,
  tracer: () => 0,
  signals: () => ({ pending: [], queued: 0, limit: 7823, ignored: [2], caught: [15] }),
  oomScoreAdj: () => 0,
  setOomScoreAdj: () => undefined,
  netNamespace: () => undefined,
})

const source: ProcSource = {
  clock,
  entropy: { bytes: (length) => new Uint8Array(length).fill(0xab) },
  pidOf: (task) => (task === undefined ? undefined : 7),
  pids: () => [...processes.keys()],
  task: (pid) => (processes.has(pid) ? tasks.get(pid) : undefined),
  sysinfo: () => ({
    uptimeMs: 60_000,
    loads: [0.5, 0.25, 0],
    totalMemory: 2 ** 31,
    freeMemory: 2 ** 30,
    processes: processes.size,
    cpus: 2,
  }),
  bootTimeMs: () => BOOT_MS,
  uname: () => ({ sysname: 'Linux', nodename: hostname, release: '6.8.0', version: '#1 SMP', machine: 'x86_64' }),
  sethostname: (_reader, name) => {
    hostname = name
  },
  settings: () => settings,
  network: () => ({ unprivilegedPorts: 1024, bridgeFilter: { 4: false, 6: false } }),
  uts: () => ({ domainname: '(none)', machine: 'x86_64' }),
  ipv6: () => {
    throw new Error('no network here')
  },
  sysvipc: (_reader, kind) => `${kind}\n`,
  ipForward: () => true,
  setIpForward: () => undefined,
  forks: () => 9,
  cpuMs: () => 5000,
  locks: () => [],
  blocks: () => undefined,
  dmesg: () => ['[    0.000000] Linux'],
}

const settings = new Map<string, string>()

beforeEach(() => {
  tree = new FileTree(new Tmpfs({ clock: new TickingClock(), mode: 0o755 }))
  tree.context = { ...tree.context, task: {} }
  processes = new Map([1, 7].map((pid) => [pid, info(pid)]))
  for (const pid of [1, 7]) tasks.set(pid, taskOf(pid))
  hostname = 'node1'
  for (const path of ['/proc', '/home']) tree.files.mkdir(tree.context, path)
  tree.write('/sleep', '')
  descriptors = [
    [0, new FakePipe(O_RDONLY)],
    [1, tree.open('/sleep', O_WRONLY)],
  ]
  tree.types.set('proc', () => new Procfs(source))
  tree.mount('proc', '/proc', 'proc')
})

describe('procfs', () => {
  test('lists processes, and forgets them', () => {
    expect(tree.names('/proc').split(' ').slice(0, 2)).toEqual(['1', '7'])
    processes.delete(1)
    expect(tree.names('/proc').split(' ')[0]).toBe('7')
    expect(() => tree.read('/proc/1/stat')).toThrow(ENOENT)
  })

  test.each<[string, string | RegExp]>([
    ['/proc/self/stat', /^7 \(sleep\) S 1 7 7 34816 7 4194304 0 0 0 0 123 0 0 0 20 0 1 0 250 3145728 256 1844674407/],
    ['/proc/self/cmdline', 'sleep\x00100\x00'],
    ['/proc/7/comm', 'sleep\n'],
    ['/proc/7/environ', 'HOME=/root\0'],
    ['/proc/7/status', /^Name:\tsleep\nUmask:\t0022\nState:\tS \(sleeping\)\n.*VmRSS:\t {4}1024 kB\n/s],
    ['/proc/7/status', /SigIgn:\t0000000000000002\nSigCgt:\t0000000000004000\n/],
    ['/proc/7/limits', /\nMax open files {12}1024 {17}unlimited {12}files {5}\n/],
    ['/proc/7/cgroup', '0::/docker/abc\n'],
    ['/proc/mounts', '/dev/sda1 / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n'],
    ['/proc/uptime', '60.00 115.00\n'],
    ['/proc/loadavg', '0.50 0.25 0.00 0/2 7\n'],
    ['/proc/meminfo', /^MemTotal: {8}2097152 kB\nMemFree: {9}1048576 kB\n/],
    ['/proc/version', /^Linux version 6\.8\.0 /],
    ['/proc/sys/kernel/hostname', 'node1\n'],
    ['/proc/sys/kernel/random/uuid', 'abababab-abab-4bab-abab-abababababab\n'],
    ['/proc/sys/vm/swappiness', '60\n'],
  ])('%s', (path, expected) => {
    const text = tree.read(path)
    if (typeof expected === 'string') expect(text).toBe(expected)
    else expect(text).toMatch(expected)
  })

  test('stat has 52 fields', () => {
    expect(tree.read('/proc/7/stat').trimEnd().split(' ')).toHaveLength(52)
  })

  test('cpuinfo has a paragraph for each processor', () => {
    expect(tree.read('/proc/cpuinfo').match(/^processor\t: \d$/gm)).toEqual(['processor\t: 0', 'processor\t: 1'])
  })

  test('links lead to the very files', () => {
    expect(tree.files.readlink(tree.context, '/proc/self')).toBe('7')
    expect(tree.files.readlink(tree.context, '/proc/self/cwd')).toBe('/home')
    expect(tree.files.stat(tree.context, '/proc/self/cwd').ino).toBe(tree.files.stat(tree.context, '/home').ino)
    expect(tree.files.readlink(tree.context, '/proc/7/exe')).toBe('/sleep')
    expect(tree.files.readlink(tree.context, '/proc/7/ns/net')).toBe('net:[4026531840]')
    expect(tree.files.stat(tree.context, '/proc/7/ns/net').mode & S_IFDIR).toBe(0)
    expect(tree.names('/proc/7/root')).toBe('home proc sleep')
    expect(tree.names('/proc/7/task/7').split(' ')).not.toContain('task')
  })

  test('descriptors: a pipe, a file that was deleted', () => {
    expect(tree.names('/proc/7/fd')).toBe('0 1')
    expect(tree.files.readlink(tree.context, '/proc/7/fd/0')).toBe('pipe:[4711]')
    expect(tree.files.stat(tree.context, '/proc/7/fd/0').ino).toBe(4711)
    expect(new TextDecoder().decode(tree.open('/proc/7/fd/0').read(99))).toBe('from the pipe')
    expect(tree.files.lstat(tree.context, '/proc/7/fd/1').mode & 0o777).toBe(0o300)
    tree.files.unlink(tree.context, '/sleep')
    expect(tree.files.readlink(tree.context, '/proc/7/fd/1')).toBe('/sleep (deleted)')
    tree.write('/proc/7/fd/1', 'alive')
    expect(tree.read('/proc/7/fd/1')).toBe('alive')
  })

  test('settings are written by root only', () => {
    tree.write('/proc/sys/kernel/hostname', 'other\n')
    expect(hostname).toBe('other')
    tree.write('/proc/sys/vm/swappiness', '10\n')
    expect(tree.read('/proc/sys/vm/swappiness')).toBe('10\n')
    tree.become(1000)
    expect(() => tree.write('/proc/sys/vm/swappiness', '1')).toThrow(EACCES)
  })

  test('others may not look into a process', () => {
    tree.become(1000)
    expect(tree.read('/proc/7/comm')).toBe('sleep\n')
    expect(() => tree.read('/proc/7/environ')).toThrow(EACCES)
    expect(() => tree.names('/proc/7/fd')).toThrow(EACCES)
    expect(() => tree.files.readlink(tree.context, '/proc/7/cwd')).toThrow(EACCES)
  })

  test('nothing can be made in /proc', () => {
    expect(() => tree.write('/proc/x', '')).toThrow(ENOENT)
    expect(() => tree.files.mkdir(tree.context, '/proc/x')).toThrow(ENOENT)
  })

  test('processes that are gone are not kept in memory', () => {
    const { rootDentry } = tree.files.resolve(tree.context, '/proc').mount.fs
    for (let pid = 100; pid < 2000; pid++) {
      processes.set(pid, info(pid))
      tasks.set(pid, taskOf(pid))
      tree.read(`/proc/${pid}/stat`)
      processes.delete(pid)
    }
    const kept = Object.values(rootDentry).find((value) => value instanceof Map)
    expect(kept?.size).toBeLessThan(300)
  })

  test('a mount on a file of /proc stays while its process lives', () => {
    tree.write('/hidden', 'masked')
    tree.files.mount(tree.context, { source: '/hidden', target: '/proc/meminfo', type: '', flags: 4096, data: '' })
    expect(tree.read('/proc/meminfo')).toBe('masked')
  })
})
