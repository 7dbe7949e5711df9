import { EINVAL } from '@drydock/abi'
import type { PseudoFileSystem } from '../pseudo-file-system.ts'
import { PseudoDirectory, type PseudoInode, type PseudoMaker, TextFile, type TextSource } from '../pseudo-inode.ts'
import { natural, requireRoot } from './sysctl-value.ts'
import { Ipv6ConfDirectory } from './ipv6-sysctl.ts'
import type { ProcSource } from './proc-source.ts'

const formatUuid = (bytes: Uint8Array): string => {
  const hex = Array.from(bytes, (byte, index) => {
    const value = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte
    return value.toString(16).padStart(2, '0')
  }).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const shows = (text: string): TextSource => ({ read: () => `${text}\n` })

/** Settings that each network or IPC namespace has for itself. network_namespaces(7), ipc_namespaces(7) */
const NAMESPACED: readonly (readonly [RegExp, 'net' | 'ipc'])[] = [
  [/^net\//, 'net'],
  [/^kernel\/(shm|msg|sem)|^fs\/mqueue\//, 'ipc'],
]

/** A setting that is kept and shown again, and that nothing in this kernel asks for: numbers, with tabs between them. */
function keeps(path: string, initial: string, source: ProcSource): TextSource {
  const [, kind] = NAMESPACED.find(([pattern]) => pattern.test(path)) ?? []
  return {
    read: (context) => `${source.settings(context, kind).get(path) ?? initial}\n`,
    write: (text, context) => {
      requireRoot(context)
      const numbers = text.trim().split(/\s+/)
      if (numbers.length > initial.split('\t').length || !numbers.every((each) => /^-?\d+$/.test(each))) throw EINVAL
      source.settings(context, kind).set(path, numbers.join('\t'))
    },
  }
}

/** A path below /proc/sys, and what makes its file or directory. */
type Setting = readonly [path: string, make: (fs: PseudoFileSystem, source: ProcSource) => PseudoInode]
type TextSetting = readonly [path: string, make: (source: ProcSource) => TextSource]

/** Settings that have an effect, or whose value the kernel knows. proc_sys(5). */
const LIVE: readonly TextSetting[] = [
  [
    'kernel/hostname',
    (source) => ({
      read: (reader) => `${source.uname(reader).nodename}\n`,
      write: (text, reader) => {
        requireRoot(reader)
        source.sethostname(reader, text.trim())
      },
    }),
  ],
  [
    'kernel/domainname',
    (source) => ({
      read: (reader) => `${source.uts(reader).domainname}\n`,
      write(text, reader) {
        requireRoot(reader)
        source.uts(reader).domainname = text.trim()
      },
    }),
  ],
  [
    // Written by who starts programs of another machine: it is what an emulator of theirs would tell them.
    'kernel/arch',
    (source) => ({
      read: (reader) => `${source.uname(reader).machine}\n`,
      write(text, reader) {
        requireRoot(reader)
        source.uts(reader).machine = text.trim()
      },
    }),
  ],
  ['kernel/osrelease', (source) => ({ read: (reader) => `${source.uname(reader).release}\n` })],
  ['kernel/ostype', (source) => ({ read: (reader) => `${source.uname(reader).sysname}\n` })],
  ['kernel/version', (source) => ({ read: (reader) => `${source.uname(reader).version}\n` })],
  ['kernel/random/boot_id', (source) => shows(formatUuid(source.entropy.bytes(16)))],
  ['kernel/random/uuid', (source) => ({ read: () => `${formatUuid(source.entropy.bytes(16))}\n` })],
  [
    'net/ipv4/ip_unprivileged_port_start',
    (source) => ({
      read: (reader) => `${source.network(reader).unprivilegedPorts}\n`,
      write(text, reader) {
        requireRoot(reader)
        source.network(reader).unprivilegedPorts = natural(text)
      },
    }),
  ],
  [
    'net/ipv4/ip_forward',
    (source) => ({
      read: (reader) => (source.ipForward(reader) ? '1\n' : '0\n'),
      write: (text, reader) => {
        requireRoot(reader)
        source.setIpForward(reader, text.trim() !== '0')
      },
    }),
  ],
  ...([4, 6] as const).map(
    (family): TextSetting => [
      `net/bridge/bridge-nf-call-ip${family === 6 ? '6' : ''}tables`,
      (source) => ({
        read: (reader) => `${Number(source.network(reader).bridgeFilter[family])}\n`,
        write(text, reader) {
          requireRoot(reader)
          source.network(reader).bridgeFilter[family] = natural(text) !== 0
        },
      }),
    ],
  ),
  [
    'net/ipv6/bindv6only',
    (source) => ({
      read: (reader) => `${Number(source.ipv6(reader).bindOnly)}\n`,
      write(text, reader) {
        requireRoot(reader)
        source.ipv6(reader).bindOnly = natural(text) !== 0
      },
    }),
  ],
]

/** Settings as Linux 6.8 has them by default. */
const FIXED: readonly (readonly [string, string])[] = [
  ['dev/tty/legacy_tiocsti', '0'],
  ['fs/aio-max-nr', '65536'],
  ['fs/dentry-state', '31245\t17921\t45\t0\t1203\t0'],
  ['fs/inode-nr', '28712\t512'],
  ['fs/mqueue/msg_max', '10'],
  ['kernel/core_uses_pid', '0'],
  ['kernel/msgmnb', '16384'],
  ['kernel/msgmni', '32000'],
  ['kernel/printk', '4\t4\t1\t7'],
  ['kernel/sched_rt_runtime_us', '950000'],
  ['kernel/shmall', '18446744073692774399'],
  ['kernel/shmmni', '4096'],
  ['kernel/tainted', '0'],
  ['kernel/yama/ptrace_scope', '1'],
  ['net/core/rmem_default', '212992'],
  ['net/core/wmem_default', '212992'],
  ['net/ipv4/tcp_available_congestion_control', 'reno cubic'],
  ['net/ipv4/tcp_rmem', '4096\t131072\t6291456'],
  ['net/ipv4/tcp_wmem', '4096\t16384\t4194304'],
  ['net/ipv4/tcp_mem', '46287\t61719\t92574'],
  ['net/ipv4/ping_group_range', '0\t2147483647'],
  ['user/max_user_namespaces', '15640'],
  ['user/max_net_namespaces', '15640'],
  ['user/max_pid_namespaces', '15640'],
  ['fs/file-nr', '1024\t0\t9223372036854775807'],
  ['kernel/cap_last_cap', '40'],
  ['kernel/ngroups_max', '65536'],
  ['kernel/overflowuid', '65534'],
  ['kernel/overflowgid', '65534'],
  ['kernel/random/entropy_avail', '256'],
  ['kernel/random/poolsize', '256'],
]

const KEPT: readonly (readonly [string, number | string])[] = [
  ['kernel/shmall', '18446744073692774399'],
  ['kernel/shmmax', '18446744073692774399'],
  ['kernel/shmmni', 4096],
  ['kernel/sem', '32000\t1024000000\t500\t32000'],
  ['kernel/msgmnb', 16384],
  ['kernel/msgmni', 32000],
  ['fs/mqueue/queues_max', 256],
  ['fs/mqueue/msg_max', 10],
  ['net/ipv4/ip_local_port_range', '32768\t60999'],
  ['net/ipv4/ping_group_range', '1\t0'],
  ['net/ipv4/tcp_max_syn_backlog', 256],
  ['net/ipv4/tcp_keepalive_intvl', 75],
  ['net/ipv4/tcp_keepalive_probes', 9],
  ['fs/file-max', 9223372036854],
  ['fs/inotify/max_user_instances', 128],
  ['fs/inotify/max_user_watches', 65536],
  ['fs/inotify/max_queued_events', 16384],
  ['fs/nr_open', 1048576],
  ['fs/protected_hardlinks', 1],
  ['fs/protected_symlinks', 1],
  ['fs/suid_dumpable', 2],
  ['fs/pipe-max-size', 1048576],
  ['kernel/dmesg_restrict', 0],
  ['kernel/msgmax', 8192],
  ['kernel/panic', 0],
  ['kernel/pid_max', 4194304],
  ['kernel/randomize_va_space', 2],
  ['kernel/sysrq', 176],
  ['kernel/threads-max', 31294],
  ['kernel/unprivileged_userns_clone', 1],
  ['kernel/kptr_restrict', 1],
  ['kernel/panic_on_oops', 0],
  ['kernel/perf_event_paranoid', 4],
  ['net/core/netdev_max_backlog', 1000],
  ['net/core/rmem_max', 212992],
  ['net/core/wmem_max', 212992],
  ['net/core/somaxconn', 4096],
  ['net/ipv4/conf/all/accept_redirects', 0],
  ['net/ipv4/conf/all/route_localnet', 0],
  ['net/ipv4/conf/all/send_redirects', 1],
  ['net/ipv4/conf/default/forwarding', 1],
  ['net/ipv4/conf/default/rp_filter', 2],
  ['net/ipv4/tcp_keepalive_intvl', 75],
  ['net/ipv4/tcp_keepalive_probes', 9],
  ['net/ipv4/tcp_max_syn_backlog', 256],
  ['net/ipv4/tcp_timestamps', 1],
  ['net/ipv4/tcp_window_scaling', 1],
  ['net/netfilter/nf_conntrack_max', 65536],
  ['net/ipv4/conf/all/forwarding', 1],
  ['net/ipv4/conf/all/rp_filter', 2],
  ['net/ipv4/icmp_echo_ignore_all', 0],
  ['net/ipv4/ip_default_ttl', 64],
  ['net/ipv4/tcp_fin_timeout', 60],
  ['net/ipv4/tcp_keepalive_time', 7200],
  ['net/ipv4/tcp_syncookies', 1],
  ['net/ipv4/tcp_tw_reuse', 2],
  ['vm/dirty_background_ratio', 10],
  ['vm/dirty_expire_centisecs', 3000],
  ['vm/dirty_writeback_centisecs', 500],
  ['vm/dirty_ratio', 20],
  ['vm/nr_hugepages', 0],
  ['vm/oom_kill_allocating_task', 0],
  ['vm/panic_on_oom', 0],
  ['vm/vfs_cache_pressure', 100],
  ['vm/drop_caches', 0],
  ['vm/max_map_count', 65530],
  ['vm/min_free_kbytes', 45056],
  ['vm/overcommit_memory', 0],
  ['vm/overcommit_ratio', 50],
  ['vm/swappiness', 60],
]

/** Of two rows with one path the later counts. */
const SETTINGS: readonly Setting[] = [
  ...[
    ...FIXED.map(([path, text]): TextSetting => [path, () => shows(text)]),
    ...KEPT.map(([path, value]): TextSetting => [path, (source) => keeps(path, String(value), source)]),
    ...LIVE,
  ].map(([path, make]): Setting => [path, (fs, source) => settingFile(fs, make(source))]),
  ['net/ipv6/conf', (fs, source) => new Ipv6ConfDirectory(fs, source)],
]

/** What starts at the same `from` characters; each directory below is made when somebody looks into it. */
function directoryOf(
  fs: PseudoFileSystem,
  source: ProcSource,
  settings: readonly Setting[],
  from: number,
): PseudoDirectory {
  const groups = new Map<string, Setting[]>()
  for (const setting of settings) {
    const [path] = setting
    const slash = path.indexOf('/', from)
    const name = path.slice(from, slash < 0 ? path.length : slash)
    const group = groups.get(name)
    if (group) group.push(setting)
    else groups.set(name, [setting])
  }
  const makers = Array.from(groups, ([name, group]): [string, PseudoMaker] => [
    name,
    () => {
      const [path = '', make] = group.at(-1) ?? []
      const end = from + name.length
      return make && path.length === end ? make(fs, source) : directoryOf(fs, source, group, end + 1)
    },
  ])
  return new PseudoDirectory(fs, new Map(makers.sort(([a], [b]) => (a < b ? -1 : 1))))
}

const settingFile = (fs: PseudoFileSystem, source: TextSource): TextFile =>
  new TextFile(fs, source, source.write === undefined ? 0o444 : 0o644)

/** /proc/sys. sysctl(8) reads and writes it. */
export function makeSysctlDirectory(fs: PseudoFileSystem, source: ProcSource): PseudoDirectory {
  return directoryOf(fs, source, SETTINGS, 0)
}
