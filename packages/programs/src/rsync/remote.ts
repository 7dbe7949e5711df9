/** rsync between two machines: `rsync --server` at the other end of a remote shell. rsync(1), -e and --rsync-path. */
import { exitStatus, isErrno, isSymlink, type MaybePromise, type Stat, type Sys } from '@drydock/abi'
import { readFile, searchPath } from '@drydock/libc'
import type { Item } from './file-list.ts'
import type { Rule } from './filters.ts'
import { type Frame, Frames, jsonOf, KIND, textOf } from './frames.ts'

/** What the other end is to do. */
export interface Order {
  /** It has the files; else it takes them. */
  readonly sender: boolean
  readonly paths: readonly string[]
  readonly rules: readonly Rule[]
}
/** Where words go. */
export interface Talk {
  print(text: string): MaybePromise<void>
  warn(text: string): MaybePromise<void>
}

interface Sent {
  readonly name: string
  readonly path: string
  readonly stat: Stat
  readonly link?: string
}

const described = (sys: Sys, { name, path, stat }: Item): Sent => ({
  name,
  path,
  stat: { ...stat },
  ...(isSymlink(stat.mode) ? { link: sys.readlink(path) } : {}),
})

/** Items of the other end; their content comes when it is asked for. */
export function itemsFrom(frames: Frames, list: readonly Sent[]): Item[] {
  return list.map((sent, at) => ({
    ...sent,
    read: async () => {
      await frames.send(KIND.read, { at })
      return frames.content()
    },
    remove: () => frames.send(KIND.remove, { at }),
  }))
}

/** Answers for files until the other end is done. @returns its status; undefined where it broke off */
async function serveFiles(sys: Sys, frames: Frames, items: readonly Item[], talk: Talk): Promise<number | undefined> {
  for (let frame = await frames.next(); frame; frame = await frames.next()) {
    const status = await answer(sys, frames, items, talk, frame)
    if (status !== undefined) return status
  }
  return undefined
}

async function answer(
  sys: Sys,
  frames: Frames,
  items: readonly Item[],
  talk: Talk,
  frame: Frame,
): Promise<number | undefined> {
  if (frame.kind === KIND.say) await talk.print(textOf(frame))
  else if (frame.kind === KIND.warn) await talk.warn(textOf(frame))
  else if (frame.kind === KIND.done) return Number((jsonOf(frame) as { status?: unknown }).status)
  else if (frame.kind === KIND.read || frame.kind === KIND.remove) {
    const item = items[Number((jsonOf(frame) as { at?: unknown }).at)]
    if (!item) return undefined
    try {
      if (frame.kind === KIND.remove) sys.unlink(item.path)
      else await frames.sendContent(await readFile(sys, item.path))
    } catch (error) {
      if (!isErrno(error)) throw error
      if (frame.kind === KIND.read) await frames.sendContent(new Uint8Array(0))
    }
  }
  return undefined
}

/** A process at the other end of a shell. */
export class Connection {
  readonly frames: Frames
  private readonly sys: Sys
  private readonly pid: number
  private readonly fds: readonly number[]

  static async open(
    sys: Sys,
    env: ReadonlyMap<string, string>,
    shell: readonly string[],
    host: string,
    command: string,
  ): Promise<Connection> {
    const [there, here] = [sys.pipe(), sys.pipe()]
    for (const fd of [there[1], here[0]]) sys.setFdFlags(fd, { cloexec: true })
    const fds = new Map([
      [0, there[0]],
      [1, here[1]],
      [2, 2],
    ])
    const argv = [...shell, host, command]
    const pid = await sys.spawn(searchPath(sys, argv[0] ?? 'ssh', env.get('PATH')), { argv, env, fds })
    sys.close(there[0])
    sys.close(here[1])
    return new Connection(sys, pid, here[0], there[1])
  }

  private constructor(sys: Sys, pid: number, input: number, output: number) {
    this.sys = sys
    this.pid = pid
    this.fds = [input, output]
    this.frames = new Frames(sys, input, output)
  }

  /** @returns the shell's status */
  async close(): Promise<number> {
    for (const fd of this.fds) this.sys.close(fd)
    const end = await this.sys.wait(this.pid)
    return end ? exitStatus(end.status) : 255
  }
}

/** Sends our items to the other end, which takes them. */
export async function push(
  sys: Sys,
  frames: Frames,
  order: Order,
  items: readonly Item[],
  talk: Talk,
): Promise<number | undefined> {
  try {
    await frames.send(KIND.start, order)
    await frames.send(
      KIND.items,
      items.map((item) => described(sys, item)),
    )
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
  return serveFiles(sys, frames, items, talk)
}

/** Asks the other end for its items. @returns undefined where it does not answer */
export async function pull(
  frames: Frames,
  order: Order,
  talk: Talk,
): Promise<{ items: Item[]; status: number } | undefined> {
  try {
    await frames.send(KIND.start, order)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
  for (let frame = await frames.next(); frame; frame = await frames.next()) {
    if (frame.kind === KIND.warn) await talk.warn(textOf(frame))
    else if (frame.kind === KIND.say) await talk.print(textOf(frame))
    else if (frame.kind === KIND.items) {
      const { list, status } = jsonOf(frame) as { list: readonly Sent[]; status: number }
      return { items: itemsFrom(frames, list), status }
    }
  }
  return undefined
}

export interface Served {
  /** Finds what is to be sent; words about it go to `talk`. */
  list(
    paths: readonly string[],
    rules: readonly Rule[],
    talk: Talk,
  ): Promise<{ items: readonly Item[]; status: number }>
  take(items: readonly Item[], destination: string, rules: readonly Rule[], talk: Talk): Promise<number>
}

/** rsync --server, on standard input and output. */
export async function serve(sys: Sys, served: Served): Promise<number> {
  const frames = new Frames(sys, 0, 1)
  const talk: Talk = { print: (text) => frames.send(KIND.say, text), warn: (text) => frames.send(KIND.warn, text) }
  const start = await frames.next()
  if (start?.kind !== KIND.start) return 12
  const { sender, paths, rules } = jsonOf(start) as Order
  if (sender) {
    const { items, status } = await served.list(paths, rules, talk)
    await frames.send(KIND.items, { list: items.map((item) => described(sys, item)), status })
    await serveFiles(sys, frames, items, talk)
    return status
  }
  const list = await frames.next()
  if (list?.kind !== KIND.items) return 12
  const status = await served.take(itemsFrom(frames, jsonOf(list) as readonly Sent[]), paths[0] ?? '.', rules, talk)
  await frames.send(KIND.done, { status })
  return status
}
