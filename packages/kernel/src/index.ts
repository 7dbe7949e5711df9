export * from './file-description.ts'
export {
  type DiskChange,
  Diskfs,
  type DiskfsOptions,
  type DiskImage,
  type ImageEntry,
  imageRecords,
  printImage,
} from './fs/index.ts'
export { Kernel, type KernelOptions } from './kernel.ts'
export { isEndOfProgram } from './task/unwind.ts'
export * from './wait-queue.ts'
