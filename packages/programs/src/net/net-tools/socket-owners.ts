import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

export interface SocketOwner {
  readonly pid: number
  readonly fd: number
  /** As /proc/PID/comm has it. */
  readonly comm: string
  /** argv[0] with what the program made of it. */
  readonly title: string
}

/** Who has which socket open, by inode: what /proc/PID/fd tells to those who may read it. proc_pid_fd(5). */
export async function socketOwners(sys: Sys): Promise<ReadonlyMap<number, readonly SocketOwner[]>> {
  const owners = new Map<number, SocketOwner[]>()
  for (const { name } of sys.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const found = await ownedBy(sys, Number(name))
    for (const [ino, owner] of found) owners.set(ino, [...(owners.get(ino) ?? []), owner])
  }
  return owners
}

async function ownedBy(sys: Sys, pid: number): Promise<[number, SocketOwner][]> {
  const found: [number, SocketOwner][] = []
  try {
    const fds = sys.readdir(`/proc/${pid}/fd`).map(({ name }) => name)
    const sockets = fds.flatMap((fd) => {
      const ino = /^socket:\[(\d+)\]$/.exec(linkOr(sys, `/proc/${pid}/fd/${fd}`))?.[1]
      return ino === undefined ? [] : [{ fd: Number(fd), ino: Number(ino) }]
    })
    if (sockets.length === 0) return []
    const comm = (await readTextFile(sys, `/proc/${pid}/comm`)).trimEnd()
    const title = (await readTextFile(sys, `/proc/${pid}/cmdline`)).split('\0')[0] ?? comm
    for (const { fd, ino } of sockets) found.push([ino, { pid, fd, comm, title }])
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return found
}

function linkOr(sys: Sys, path: string): string {
  try {
    return sys.readlink(path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
