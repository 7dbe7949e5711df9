/** Where the bytes of a block device are. Offsets are within it; reads past its end are short. */
export interface BlockSource {
  readonly bytes: number
  readonly readOnly: boolean
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
}
