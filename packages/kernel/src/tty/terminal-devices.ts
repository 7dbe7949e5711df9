import { EIO, ENXIO, isErrno, O_NOCTTY } from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import { Devpts } from '../fs/index.ts'
import { Task } from '../task/task.ts'
import { type DeviceOpening, type DeviceTable, minorOf, type PathContext } from '../vfs/index.ts'
import type { PtySlave } from './pty.ts'
import { PtyTable } from './pty-table.ts'

/** The pseudo-terminals that /dev/pts shows to a task; the kernel's first ones where it is not mounted. */
export function ptysOf(task: Task): PtyTable {
  try {
    const { mount } = task.parts.files.resolve(task, '/dev/pts')
    return tableOf(mount.fs) ?? task.parts.ptys
  } catch (error) {
    if (isErrno(error)) return task.parts.ptys
    throw error
  }
}

const tableOf = (fs: object): PtyTable | undefined =>
  fs instanceof Devpts && fs.source instanceof PtyTable ? fs.source : undefined

/** @throws ENXIO when nobody of ours opens it */
function taskOf({ task }: PathContext): Task {
  if (!(task instanceof Task)) throw ENXIO
  return task
}

/** A session leader without a terminal gets the one it opens. open(2), O_NOCTTY. */
function adopt(task: Task, slave: PtySlave, flags: number): PtySlave {
  const { session } = task.group
  const free = session.leader === task && session.tty === undefined && slave.tty.session === undefined
  if (free && !(flags & O_NOCTTY)) slave.tty.own(task.group)
  return slave
}

/** `c 136:N`. */
function openSlave({ flags, location, context }: DeviceOpening): FileDescription {
  const task = taskOf(context)
  const table = tableOf(location.mount.fs) ?? ptysOf(task)
  const slave = table.openSlave(minorOf(location.inode.rdev), flags)
  if (slave === undefined) throw EIO
  return adopt(task, slave, flags)
}

/** `c 5:2`: a new pair; the slave is found by ttyname of the master. */
function openMaster({ flags, location, context }: DeviceOpening): FileDescription {
  const task = taskOf(context)
  const table = tableOf(location.mount.fs) ?? ptysOf(task)
  const { master } = table.open(task.credentials)
  master.flags = flags
  return master
}

/** `c 5:0`, /dev/tty: the caller's controlling terminal, whatever its name. tty(4). */
function openControlling({ flags, context }: DeviceOpening): FileDescription {
  const { tty } = taskOf(context).group.session
  if (tty === undefined) throw ENXIO
  return tty.reopen(flags)
}

export function registerTerminalDevices(devices: DeviceTable): void {
  devices.register('c', 136, '*', openSlave)
  devices.register('c', 5, 2, openMaster)
  devices.register('c', 5, 0, openControlling)
}
