export { type DiskImage, type ImageEntry, imageRecords, printImage } from './disk-image.ts'
export { DiskFormatError } from './disk-record.ts'
export { type DiskChange, Diskfs, type DiskfsOptions } from './diskfs.ts'
export { mountTmpfs, Tmpfs, type TmpfsOptions } from './tmpfs.ts'
export { type CgroupNode, Cgroupfs, type CgroupfsOptions } from './cgroupfs.ts'
export { Devpts, type DevptsOptions, type PtySource } from './devpts.ts'
export { registerMemoryDevices } from './memory-devices.ts'
export type { NamespaceName, ProcLock, ProcSource, ProcTask } from './proc/proc-source.ts'
export { PseudoFileSystem } from './pseudo-file-system.ts'
export {
  DynamicDirectory,
  PseudoDirectory,
  PseudoInode,
  PseudoLink,
  TextFile,
  type TextSource,
} from './pseudo-inode.ts'
export { makeDevtmpfs } from './devtmpfs.ts'
export { Sysfs, type SysfsSource } from './sysfs.ts'
export { NamespaceInode, Procfs } from './proc/procfs.ts'
export { mountOverlay, Overlayfs, type OverlayOptions } from './overlayfs.ts'
