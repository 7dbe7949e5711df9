import { INVAL, NOSYS, SUCCESS } from './errno.ts'
import type { Memory } from './memory.ts'
import type { AnswerMessage } from './protocol.ts'

/** Now, or when the kernel has answered. */
export type Later<T> = T | Promise<T>

/** What the functions of preview1 work with. */
export interface Guest {
  readonly memory: Memory
  readonly argv: readonly Uint8Array[]
  readonly env: readonly Uint8Array[]
  ask(op: string, args: readonly (number | string)[], bytes?: Uint8Array): Later<AnswerMessage>
  /** Milliseconds: since 1970, and since some moment. */
  now(): number
  monotonic(): number
  /** @throws what ends the module */
  exit(code: number): never
}

type Import = (guest: Guest, ...args: number[]) => Later<number>

const NS_PER_MS = 1_000_000n
const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n
const CLOCKS: ReadonlyMap<number, (guest: Guest) => number> = new Map([
  [0, (guest: Guest) => guest.now()],
  [1, (guest: Guest) => guest.monotonic()],
  [2, (guest: Guest) => guest.monotonic()],
  [3, (guest: Guest) => guest.monotonic()],
])

/** Asks, and when all went well does something with the answer. */
function asked(answer: Later<AnswerMessage>, then: (answer: AnswerMessage) => void = () => undefined): Later<number> {
  const finish = (given: AnswerMessage): number => {
    if (given.errno === SUCCESS) then(given)
    return given.errno
  }
  return answer instanceof Promise ? answer.then(finish) : finish(answer)
}

/** Texts one behind the other with a zero each, and where each begins. */
function putTexts(memory: Memory, texts: readonly Uint8Array[], pointers: number, at: number): number {
  let to = at
  for (const [i, text] of texts.entries()) {
    memory.setU32(pointers + 4 * i, to)
    memory.set(to, text)
    memory.setU8(to + text.length, 0)
    to += text.length + 1
  }
  return SUCCESS
}

function putSizes(memory: Memory, texts: readonly Uint8Array[], count: number, size: number): number {
  memory.setU32(count, texts.length)
  memory.setU32(
    size,
    texts.reduce((sum, text) => sum + text.length + 1, 0),
  )
  return SUCCESS
}

const ALL_RIGHTS = 0x1fff_ffffn

/** WASI preview1, "filestat". */
function putStat(memory: Memory, at: number, { values = [] }: AnswerMessage): void {
  const [dev = 0, ino = 0, kind = 0, nlink = 0, size = 0, ...times] = values
  memory.setU64(at, dev)
  memory.setU64(at + 8, ino)
  memory.setU64(at + 16, kind)
  memory.setU64(at + 24, nlink)
  memory.setU64(at + 32, size)
  times.forEach((ms, i) => memory.setU64(at + 40 + 8 * i, nanoseconds(ms)))
}

/** WASI preview1, "dirent": entries from the cookie on, the last one cut where the buffer ends. @returns bytes used */
function putEntries(memory: Memory, at: number, room: number, cookie: number, { entries = [] }: AnswerMessage): number {
  const whole: number[] = []
  for (const [i, { name, ino, type }] of entries.entries()) {
    if (i < cookie) continue
    if (whole.length >= room) break
    const text = new TextEncoder().encode(name)
    const entry = new Uint8Array(24 + text.length)
    const view = new DataView(entry.buffer)
    view.setBigUint64(0, BigInt(i + 1), true)
    view.setBigUint64(8, BigInt(ino), true)
    view.setUint32(16, text.length, true)
    view.setUint8(20, type)
    entry.set(text, 24)
    whole.push(...entry)
  }
  memory.set(at, Uint8Array.from(whole.slice(0, room)))
  return Math.min(whole.length, room)
}

/** WASI preview1, "fstflags": which times are given, in ms; -1 for those that stay. */
function timesOf(guest: Guest, atim: number | bigint, mtim: number | bigint, flags: number): [number, number] {
  const pick = (given: number | bigint, set: number, now: number): number =>
    flags & now ? guest.now() : flags & set ? Number(BigInt(given) / NS_PER_MS) : -1
  return [pick(atim, 1, 2), pick(mtim, 4, 8)]
}

interface Subscription {
  readonly userdata: bigint
  readonly tag: number
  /** Until it is over, in ms, for clocks. */
  readonly ms: number
  readonly fd: number
}

function readSubscription({ memory, now, monotonic }: Guest, at: number): Subscription {
  const tag = memory.u8(at + 8)
  const absolute = memory.u16(at + 40) & 1
  const ms = Number(memory.u64(at + 24)) / 1e6
  const since = memory.u32(at + 16) === 0 ? now() : monotonic()
  return { userdata: memory.u64(at), tag, ms: absolute ? Math.max(0, ms - since) : ms, fd: memory.u32(at + 16) }
}

/** Waits for the first of several things. WASI preview1, "poll_oneoff". */
function pollOneoff(guest: Guest, from: number, to: number, count: number, done: number): Later<number> {
  if (count === 0) return INVAL
  const all = Array.from({ length: count }, (_, i) => readSubscription(guest, from + 48 * i))
  const clocks = all.filter(({ tag }) => tag === 0)
  const files = all.filter(({ tag }) => tag !== 0)
  const timeout = clocks.length > 0 ? Math.min(...clocks.map(({ ms }) => ms)) : -1
  const pairs = files.flatMap(({ fd, tag }) => [fd, tag === 2 ? 1 : 0])
  return asked(guest.ask('poll', [timeout, ...pairs]), ({ values = [] }) => {
    const ready = files.filter((_, i) => (values[i] ?? 0) !== 0)
    const events = ready.length > 0 ? ready : clocks.filter(({ ms }) => ms <= timeout)
    for (const [i, { userdata, tag }] of events.entries()) {
      const at = to + 32 * i
      guest.memory.bytes(at, 32).fill(0)
      guest.memory.setU64(at, userdata)
      guest.memory.setU8(at + 10, tag)
      if (tag !== 0) guest.memory.setU64(at + 16, 1)
    }
    guest.memory.setU32(done, events.length)
  })
}

const noSockets: Import = () => NOSYS
const nothing: Import = () => SUCCESS

/** All functions of wasi_snapshot_preview1, by name. github.com/WebAssembly/WASI, legacy/preview1/docs.md */
export const IMPORTS: Readonly<Record<string, Import>> = {
  args_get: ({ memory, argv }, pointers = 0, at = 0) => putTexts(memory, argv, pointers, at),
  args_sizes_get: ({ memory, argv }, count = 0, size = 0) => putSizes(memory, argv, count, size),
  environ_get: ({ memory, env }, pointers = 0, at = 0) => putTexts(memory, env, pointers, at),
  environ_sizes_get: ({ memory, env }, count = 0, size = 0) => putSizes(memory, env, count, size),
  clock_res_get: ({ memory }, id = 0, at = 0) => {
    if (!CLOCKS.has(id)) return INVAL
    memory.setU64(at, NS_PER_MS)
    return SUCCESS
  },
  clock_time_get: (guest, id = 0, _precision = 0, at = 0) => {
    const clock = CLOCKS.get(id)
    if (!clock) return INVAL
    guest.memory.setU64(at, nanoseconds(clock(guest)))
    return SUCCESS
  },
  fd_advise: nothing,
  fd_allocate: nothing,
  fd_close: (guest, fd = 0) => asked(guest.ask('close', [fd])),
  fd_datasync: (guest, fd = 0) => asked(guest.ask('sync', [fd])),
  fd_sync: (guest, fd = 0) => asked(guest.ask('sync', [fd])),
  fd_fdstat_get: (guest, fd = 0, at = 0) =>
    asked(guest.ask('fdstat', [fd]), ({ values: [kind = 0, flags = 0] = [] }) => {
      const { memory } = guest
      memory.setU8(at, kind)
      memory.setU8(at + 1, 0)
      memory.setU16(at + 2, flags)
      memory.setU32(at + 4, 0)
      // A terminal is what cannot be sought: libc asks the rights.
      memory.setU64(at + 8, kind === 2 ? ALL_RIGHTS & ~0x24n : ALL_RIGHTS)
      memory.setU64(at + 16, ALL_RIGHTS)
    }),
  fd_fdstat_set_flags: (guest, fd = 0, flags = 0) => asked(guest.ask('setFlags', [fd, flags])),
  fd_fdstat_set_rights: nothing,
  fd_filestat_get: (guest, fd = 0, at = 0) =>
    asked(guest.ask('fstat', [fd]), (answer) => putStat(guest.memory, at, answer)),
  fd_filestat_set_size: (guest, fd = 0, size = 0) => asked(guest.ask('setSize', [fd, Number(size)])),
  fd_filestat_set_times: (guest, fd = 0, atim = 0, mtim = 0, flags = 0) =>
    asked(guest.ask('setTimes', [fd, ...timesOf(guest, atim, mtim, flags)])),
  fd_pread: (guest, fd = 0, at = 0, count = 0, offset = 0, size = 0) =>
    asked(guest.ask('pread', [fd, guest.memory.roomOf(at, count), Number(offset)]), ({ bytes = new Uint8Array(0) }) => {
      guest.memory.scatter(at, count, bytes)
      guest.memory.setU32(size, bytes.length)
    }),
  fd_prestat_get: (guest, fd = 0, at = 0) =>
    asked(guest.ask('prestat', [fd]), ({ bytes }) => {
      guest.memory.setU32(at, 0)
      guest.memory.setU32(at + 4, bytes?.length ?? 0)
    }),
  fd_prestat_dir_name: (guest, fd = 0, at = 0, length = 0) =>
    asked(guest.ask('prestat', [fd]), ({ bytes }) =>
      guest.memory.set(at, (bytes ?? new Uint8Array(0)).subarray(0, length)),
    ),
  fd_pwrite: (guest, fd = 0, at = 0, count = 0, offset = 0, size = 0) =>
    asked(guest.ask('pwrite', [fd, Number(offset)], guest.memory.gather(at, count)), ({ values: [written = 0] = [] }) =>
      guest.memory.setU32(size, written),
    ),
  fd_read: (guest, fd = 0, at = 0, count = 0, size = 0) =>
    asked(guest.ask('read', [fd, guest.memory.roomOf(at, count)]), ({ bytes = new Uint8Array(0) }) => {
      guest.memory.scatter(at, count, bytes)
      guest.memory.setU32(size, bytes.length)
    }),
  fd_readdir: (guest, fd = 0, at = 0, room = 0, cookie = 0, used = 0) =>
    asked(guest.ask('list', [fd]), (answer) =>
      guest.memory.setU32(used, putEntries(guest.memory, at, room, Number(cookie), answer)),
    ),
  fd_renumber: (guest, from = 0, to = 0) => asked(guest.ask('renumber', [from, to])),
  fd_seek: (guest, fd = 0, offset = 0, whence = 0, at = 0) =>
    asked(guest.ask('seek', [fd, Number(offset), whence]), ({ values: [now = 0] = [] }) =>
      guest.memory.setU64(at, now),
    ),
  fd_tell: (guest, fd = 0, at = 0) =>
    asked(guest.ask('seek', [fd, 0, 1]), ({ values: [now = 0] = [] }) => guest.memory.setU64(at, now)),
  fd_write: (guest, fd = 0, at = 0, count = 0, size = 0) =>
    asked(guest.ask('write', [fd], guest.memory.gather(at, count)), ({ values: [written = 0] = [] }) =>
      guest.memory.setU32(size, written),
    ),
  path_create_directory: (guest, dir = 0, at = 0, length = 0) =>
    asked(guest.ask('mkdir', [dir, guest.memory.text(at, length)])),
  path_filestat_get: (guest, dir = 0, follow = 0, at = 0, length = 0, to = 0) =>
    asked(guest.ask('stat', [dir, guest.memory.text(at, length), follow & 1]), (answer) =>
      putStat(guest.memory, to, answer),
    ),
  path_filestat_set_times: (guest, dir = 0, follow = 0, at = 0, length = 0, atim = 0, mtim = 0, flags = 0) =>
    asked(
      guest.ask('setPathTimes', [dir, guest.memory.text(at, length), follow & 1, ...timesOf(guest, atim, mtim, flags)]),
    ),
  path_link: (guest, from = 0, _follow = 0, a = 0, aLength = 0, to = 0, b = 0, bLength = 0) =>
    asked(guest.ask('link', [from, guest.memory.text(a, aLength), to, guest.memory.text(b, bLength)])),
  path_open: (
    guest,
    dir = 0,
    follow = 0,
    at = 0,
    length = 0,
    oflags = 0,
    rights = 0,
    _inherit = 0,
    fdflags = 0,
    to = 0,
  ) =>
    asked(
      guest.ask('open', [
        dir,
        guest.memory.text(at, length),
        follow & 1,
        oflags,
        fdflags,
        Number(BigInt(rights) & 0xffn),
      ]),
      ({ values: [fd = 0] = [] }) => guest.memory.setU32(to, fd),
    ),
  path_readlink: (guest, dir = 0, at = 0, length = 0, to = 0, room = 0, used = 0) =>
    asked(guest.ask('readlink', [dir, guest.memory.text(at, length)]), ({ bytes = new Uint8Array(0) }) => {
      const cut = bytes.subarray(0, room)
      guest.memory.set(to, cut)
      guest.memory.setU32(used, cut.length)
    }),
  path_remove_directory: (guest, dir = 0, at = 0, length = 0) =>
    asked(guest.ask('rmdir', [dir, guest.memory.text(at, length)])),
  path_rename: (guest, from = 0, a = 0, aLength = 0, to = 0, b = 0, bLength = 0) =>
    asked(guest.ask('rename', [from, guest.memory.text(a, aLength), to, guest.memory.text(b, bLength)])),
  path_symlink: (guest, a = 0, aLength = 0, dir = 0, b = 0, bLength = 0) =>
    asked(guest.ask('symlink', [guest.memory.text(a, aLength), dir, guest.memory.text(b, bLength)])),
  path_unlink_file: (guest, dir = 0, at = 0, length = 0) =>
    asked(guest.ask('unlink', [dir, guest.memory.text(at, length)])),
  poll_oneoff: pollOneoff,
  proc_exit: (guest, code = 0) => guest.exit(code),
  proc_raise: (guest, signal = 0) => guest.exit(128 + signal),
  random_get: (guest, at = 0, length = 0) =>
    asked(guest.ask('random', [length]), ({ bytes = new Uint8Array(0) }) => guest.memory.set(at, bytes)),
  sched_yield: nothing,
  sock_accept: noSockets,
  sock_recv: noSockets,
  sock_send: noSockets,
  sock_shutdown: noSockets,
}
