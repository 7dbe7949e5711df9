/** A value that may be there already. `await` takes both; the fast path saves a turn where nothing has to wait. */
export type MaybePromise<T> = T | Promise<T>

/** Bytes both ways, with back-pressure: a connection, whatever it runs over. */
export interface ByteStream {
  /** The next bytes, at most `max`; empty at the end of the stream. */
  read(max?: number): MaybePromise<Uint8Array>
  /** Resolves when the bytes are taken. @throws EPIPE when the other side is gone */
  write(bytes: Uint8Array): MaybePromise<void>
  /** No more will be written; the other side reads the end. */
  shutdown(): void
  close(): void
}
