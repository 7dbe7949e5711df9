import { type BlockRequest, type LoopStatus } from '@drydock/abi'
import type { OpenFile } from '../vfs/index.ts'
import type { BlockSource } from './block-source.ts'

const SECTOR = 512

/** The file behind a loop device. loop(4) */
export class LoopSource implements BlockSource {
  readonly readOnly: boolean
  private readonly file: OpenFile
  private settings: LoopStatus
  private length = 0

  /** @param file  is let go when the device is cleared */
  constructor(file: OpenFile, request: Extract<BlockRequest, { op: 'loop-set' }>) {
    const { offset = 0, sizeLimit = 0, autoClear = false, partScan = false } = request
    this.file = file
    this.readOnly = (request.readOnly ?? false) || !file.writable
    const { dev, ino } = file.stat()
    this.settings = { file: request.file, dev, ino, offset, sizeLimit, autoClear, partScan }
    this.measure()
  }

  get bytes(): number {
    return this.length
  }
  get status(): LoopStatus {
    return this.settings
  }
  measure(): void {
    const { offset, sizeLimit } = this.settings
    const rest = Math.max(0, this.file.inode.size - offset)
    this.length = Math.floor((sizeLimit > 0 ? Math.min(sizeLimit, rest) : rest) / SECTOR) * SECTOR
  }
  autoClear(): void {
    this.settings = { ...this.settings, autoClear: true }
  }
  read(offset: number, length: number): Uint8Array {
    return this.file.inode.readAt(this.settings.offset + offset, Math.min(length, Math.max(0, this.length - offset)))
  }
  write(offset: number, bytes: Uint8Array): void {
    this.file.inode.writeAt(this.settings.offset + offset, bytes)
  }
  dispose(): void {
    this.file.release()
  }
}
