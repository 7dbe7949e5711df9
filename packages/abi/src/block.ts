/** A block device as lsblk(8) and losetup(8) show it. */
export interface BlockDevice {
  /** `sda1`, `loop0p1` */
  readonly name: string
  readonly major: number
  readonly minor: number
  /** 0 for a loop device without a file. */
  readonly bytes: number
  readonly readOnly: boolean
  readonly kind: 'disk' | 'part' | 'loop'
  /** Of a partition: its disk, its number there, and its first sector. */
  readonly parent?: string
  readonly partition?: number
  readonly start?: number
  readonly model?: string
  /** Of a loop device that has a file. loop(4) */
  readonly loop?: LoopStatus
}

export interface LoopStatus {
  readonly file: string
  readonly dev: number
  readonly ino: number
  readonly offset: number
  /** 0: to the end of the file. */
  readonly sizeLimit: number
  /** LO_FLAGS_AUTOCLEAR, LO_FLAGS_PARTSCAN */
  readonly autoClear: boolean
  readonly partScan: boolean
}

/** An area that memory would be paged out to. swapon(2) */
export interface SwapArea {
  readonly path: string
  readonly kind: 'file' | 'partition'
  readonly bytes: number
  readonly priority: number
}

export type BlockRequest =
  | { readonly op: 'list' }
  /** LOOP_CTL_GET_FREE: the number of the first that has no file. */
  | { readonly op: 'loop-free' }
  | {
      readonly op: 'loop-set'
      readonly number: number
      readonly fd: number
      /** What losetup shows. */
      readonly file: string
      readonly offset?: number
      readonly sizeLimit?: number
      readonly readOnly?: boolean
      readonly autoClear?: boolean
      readonly partScan?: boolean
    }
  | { readonly op: 'loop-clear'; readonly number: number }
  /** LOOP_SET_CAPACITY: the file has another size now. */
  | { readonly op: 'loop-resize'; readonly number: number }
  /** BLKRRPART */
  | { readonly op: 'reread'; readonly name: string }
  /** The mounted file system takes the size that its superblock says now. */
  | { readonly op: 'grow'; readonly path: string }
  /** Everything mounted is written to its device. sync(2) */
  | { readonly op: 'sync' }
  | { readonly op: 'swap-list' }
  | { readonly op: 'swap-on'; readonly path: string; readonly priority?: number }
  | { readonly op: 'swap-off'; readonly path: string }

export type BlockAnswer<R extends BlockRequest> = R extends { op: 'list' }
  ? readonly BlockDevice[]
  : R extends { op: 'loop-free' }
    ? number
    : R extends { op: 'swap-list' }
      ? readonly SwapArea[]
      : undefined
