import type { Value } from '../protocol.ts'

/** A function of SQL that SQLite calls. */
export type Call = (...args: readonly Value[]) => Value

export const text = (value: Value | undefined): string => String(value ?? '')
export const number = (value: Value | undefined): number => Number(value ?? 0)
export const bytesOf = (value: Value | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new TextEncoder().encode(text(value))

/** NULL where an argument is NULL. */
export const strict =
  (call: Call): Call =>
  (...args) =>
    args.some((arg) => arg === null) ? null : call(...args)
