import { callSync } from './host.ts'

const SIGNALS = [
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'STKFLT',
  'CHLD',
  'CONT',
  'STOP',
  'TSTP',
  'TTIN',
  'TTOU',
  'URG',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'IO',
  'PWR',
  'SYS',
]
/** signal(7), on x86. */
export const signals: Record<string, number> = Object.fromEntries(SIGNALS.map((name, at) => [`SIG${name}`, at + 1]))
/** errno(3) */
const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EPIPE: 32,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNRESET: 104,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
}
const priority = {
  PRIORITY_LOW: 19,
  PRIORITY_BELOW_NORMAL: 10,
  PRIORITY_NORMAL: 0,
  PRIORITY_ABOVE_NORMAL: -7,
  PRIORITY_HIGH: -14,
  PRIORITY_HIGHEST: -20,
}
const constants = { UV_UDP_REUSEADDR: 4, dlopen: { RTLD_LAZY: 1, RTLD_NOW: 2 }, errno, signals, priority }

interface Sysinfo {
  readonly uptimeMs: number
  readonly loads: number[]
  readonly totalMemory: number
  readonly freeMemory: number
  readonly cpus: number
}
const info = (): Sysinfo => callSync('sysinfo').value as Sysinfo
const uname = (): Record<'nodename' | 'release' | 'version', string> => callSync('uname').value as never
const environment = (): Record<string, string> =>
  (globalThis as unknown as { process: { env: Record<string, string> } }).process.env

/** The prefix's length as a mask. */
function netmask(cidr: string): string {
  const bits = Number(cidr.split('/')[1] ?? 32)
  if (cidr.includes(':'))
    return bits === 128
      ? Array.from({ length: 8 }, () => 'ffff').join(':')
      : `${Array.from({ length: Math.ceil(bits / 16) }, () => 'ffff').join(':')}::`
  return [24, 16, 8, 0].map((shift) => ((bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0) >>> shift) & 255).join('.')
}

function networkInterfaces(): object {
  const links = callSync('links').value as { name: string; mac: string; addresses: string[] }[]
  const rows = links
    .filter(({ addresses }) => addresses.length > 0)
    .map(({ name, mac, addresses }) => [
      name,
      addresses.map((cidr) => ({
        address: cidr.split('/')[0],
        netmask: netmask(cidr),
        family: cidr.includes(':') ? 'IPv6' : 'IPv4',
        mac,
        internal: name === 'lo',
        cidr,
        ...(cidr.includes(':') && { scopeid: 0 }),
      })),
    ])
  return Object.fromEntries(rows) as object
}

/** A user as /etc/passwd has it. */
function userInfo(): object {
  const { uid, gid } = callSync('uid').value as { uid: number; gid: number }
  let rows: string[][] = []
  try {
    rows = new TextDecoder()
      .decode(callSync('readFile', ['/etc/passwd']).bytes)
      .split('\n')
      .map((line) => line.split(':'))
  } catch {
    // No such file: nobody has a name.
  }
  const [username = 'root', , , , , homedir = '/root', shell = '/bin/sh'] =
    rows.find((row) => row[2] === String(uid)) ?? []
  return { uid, gid, username, homedir, shell }
}

export const os = {
  EOL: '\n',
  devNull: '/dev/null',
  hostname: () => uname().nodename,
  platform: () => 'linux',
  type: () => 'Linux',
  arch: () => 'x64',
  machine: () => 'x86_64',
  release: () => uname().release,
  version: () => uname().version,
  uptime: () => info().uptimeMs / 1000,
  loadavg: () => info().loads,
  totalmem: () => info().totalMemory,
  freemem: () => info().freeMemory,
  availableParallelism: () => info().cpus,
  cpus: () =>
    Array.from({ length: info().cpus }, () => ({
      model: 'Drydock vCPU',
      speed: 2400,
      times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
    })),
  tmpdir: () => (environment().TMPDIR ?? '/tmp').replace(/(?<=.)\/$/, ''),
  homedir: () => environment().HOME ?? '/root',
  endianness: () => 'LE',
  userInfo,
  networkInterfaces,
  getPriority: () => 0,
  setPriority: () => undefined,
  constants,
}
