import { EACCES, EEXIST, EINVAL, ENOENT, ENOSPC, EPERM, type SysvKind, type SysvRequest } from '@drydock/abi'

/** A queue, a set of semaphores or a segment of shared memory. Nobody here sends, waits or attaches. */
interface SysvObject extends SysvRequest {
  readonly id: number
  readonly uid: number
  readonly gid: number
  readonly pid: number
  readonly changedS: number
}

/** MSGMNI, SEMMNI and SHMMNI; the largest size of each. */
const LIMITS: Readonly<Record<SysvKind, { readonly objects: number; readonly size: number }>> = {
  msg: { objects: 32000, size: Infinity },
  sem: { objects: 32000, size: 32000 },
  shm: { objects: 4096, size: Number.MAX_SAFE_INTEGER },
}

/** The objects of System V that the members of a namespace see. sysvipc(7), ipc_namespaces(7) */
export class IpcNamespace {
  readonly id: number
  private readonly objects: Readonly<Record<SysvKind, Map<number, SysvObject>>> = {
    msg: new Map(),
    sem: new Map(),
    shm: new Map(),
  }
  private readonly next: Record<SysvKind, number> = { msg: 0, sem: 0, shm: 0 }

  constructor(id: number) {
    this.id = id
  }

  /** msgget(2), semget(2), shmget(2). */
  get(kind: SysvKind, request: SysvRequest, by: { uid: number; gid: number; pid: number; nowMs: number }): number {
    const all = this.objects[kind]
    const known = request.key === 0 ? undefined : [...all.values()].find(({ key }) => key === request.key)
    if (known) return open(known, request, by.uid)
    if (request.key !== 0 && !request.create) throw ENOENT
    const { objects, size } = LIMITS[kind]
    if (request.size > size || (kind !== 'msg' && request.size < 1)) throw EINVAL
    if (all.size >= objects) throw ENOSPC
    const id = this.next[kind]++
    all.set(id, { ...request, ...by, id, changedS: Math.floor(by.nowMs / 1000) })
    return id
  }

  /** IPC_RMID. msgctl(2), semctl(2), shmctl(2) */
  remove(kind: SysvKind, id: number, uid: number): void {
    const found = this.objects[kind].get(id)
    if (!found) throw EINVAL
    if (uid !== 0 && uid !== found.uid) throw EPERM
    this.objects[kind].delete(id)
  }

  /** /proc/sysvipc/KIND. proc_sysvipc(5) */
  text(kind: SysvKind): string {
    return HEADS[kind] + [...this.objects[kind].values()].map(LINES[kind]).join('')
  }
}

function open(known: SysvObject, { size, create, exclusive }: SysvRequest, uid: number): number {
  if (create && exclusive) throw EEXIST
  if (uid !== 0 && uid !== known.uid && (known.mode & 0o006) === 0) throw EACCES
  if (size > known.size) throw EINVAL
  return known.id
}

const HEADS: Readonly<Record<SysvKind, string>> = {
  msg: '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n',
  sem: '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n',
  shm: '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n',
}

/** Each value right in its column, blanks between. */
const cells = (...columns: readonly (readonly [value: number | string, width: number])[]): string =>
  `${columns.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`
const start = ({ key, id, mode }: SysvObject) =>
  [
    [key | 0, 10],
    [id, 10],
    [mode.toString(8), 5],
  ] as const
const owners = ({ uid, gid }: SysvObject) => [uid, gid, uid, gid].map((value) => [value, 5] as const)

const LINES: Readonly<Record<SysvKind, (object: SysvObject) => string>> = {
  msg: (object) =>
    cells(
      ...start(object),
      [0, 11],
      [0, 10],
      [0, 5],
      [0, 5],
      ...owners(object),
      [0, 10],
      [0, 10],
      [object.changedS, 10],
    ),
  sem: (object) => cells(...start(object), [object.size, 10], ...owners(object), [0, 10], [object.changedS, 10]),
  shm: (object) =>
    cells(
      ...start(object),
      [object.size, 21],
      [object.pid, 5],
      [0, 5],
      [`${0} `, 6],
      ...owners(object),
      [0, 10],
      [0, 10],
      [object.changedS, 10],
      [0, 21],
      [0, 21],
    ),
}
