import { EAGAIN, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import type { FileDescription } from '../../file-description.ts'
import { DeviceTable } from '../../vfs/device-table.ts'
import type { FileSystem } from '../../vfs/file-system.ts'
import { Files } from '../../vfs/files.ts'
import type { Location } from '../../vfs/location.ts'
import { MountNamespace } from '../../vfs/mount-namespace.ts'
import type { FileSystemType } from '../../vfs/mount-operations.ts'
import type { Credentials, PathContext } from '../../vfs/path-context.ts'

/** A clock that moves on by a second whenever it is asked. */
export class TickingClock {
  private time = 1_700_000_000_000

  now(): number {
    this.time += 1000
    return this.time
  }
}

interface TaskContext {
  namespace: MountNamespace
  root: Location
  cwd: Location
  credentials: Credentials
  umask: number
  task?: object
}

/** A task's view of a tree, for tests: what the kernel binds to system calls, without a kernel. */
export class FileTree {
  readonly files: Files
  readonly devices = new DeviceTable()
  readonly types = new Map<string, FileSystemType>()
  context: TaskContext

  constructor(root: FileSystem) {
    const namespace = MountNamespace.create(root, '/dev/sda1')
    const credentials = { uid: 0, gid: 0, groups: [] }
    this.context = { namespace, root: namespace.root, cwd: namespace.root, credentials, umask: 0o022 }
    const makeFifo = (): never => {
      throw EAGAIN
    }
    this.files = new Files({
      clock: new TickingClock(),
      types: this.types,
      devices: this.devices,
      makeFifo,
      runs: () => false,
      sits: () => false,
    })
  }

  become(uid: number, gid = uid): void {
    this.context = { ...this.context, credentials: { uid, gid, groups: [] } }
  }

  open(path: string, flags: number = O_RDONLY, mode = 0o666): FileDescription {
    return this.files.open(this.context, path, flags, mode)
  }

  write(path: string, content: string | Uint8Array, flags = O_WRONLY | O_CREAT | O_TRUNC): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const file = this.open(path, flags)
    for (let at = 0; at < bytes.length; ) at += file.write(bytes.subarray(at))
    file.release()
  }

  bytes(path: string): Uint8Array {
    const file = this.open(path)
    const bytes = file.read(1 << 26)
    file.release()
    return bytes
  }

  read(path: string): string {
    return new TextDecoder().decode(this.bytes(path))
  }

  /** Names of a directory, sorted. */
  names(path: string): string {
    const context: PathContext = this.context
    return this.files
      .readdir(context, path)
      .map(({ name }) => name)
      .sort()
      .join(' ')
  }

  mount(source: string, target: string, type: string, flags = 0, data = ''): void {
    this.files.mount(this.context, { source, target, type, flags, data })
  }
}
