import { Buffer } from 'buffer'
import { nodeError } from './errors.ts'
import { inspect } from './inspect.ts'

/** What calls of fs take beside a path. */
export type Options =
  | string
  | {
      encoding?: string | null
      flag?: string
      mode?: number
      recursive?: boolean
      force?: boolean
      withFileTypes?: boolean
      start?: number
      end?: number
      throwIfNoEntry?: boolean
    }
  | null
  | undefined

export const encodingOf = (options: Options): string | undefined =>
  typeof options === 'string' ? options : (options?.encoding ?? undefined)
export const settings = (options: Options): Exclude<Options, string | null | undefined> =>
  typeof options === 'object' && options !== null ? options : {}
export function pathOf(path: unknown): string {
  if (path instanceof URL) return decodeURIComponent(path.pathname)
  if (Buffer.isBuffer(path)) return path.toString()
  if (typeof path !== 'string')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "path" argument must be of type string or an instance of Buffer or URL. Received ${kindOf(path)}`,
    )
  if (path.includes('\0'))
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The argument 'path' must be a string, Uint8Array, or URL without null bytes. Received ${inspect(path)}`,
    )
  return path
}
export const kindOf = (value: unknown): string =>
  value === undefined || value === null
    ? String(value)
    : typeof value === 'object'
      ? `an instance of ${value.constructor?.name ?? 'Object'}`
      : `type ${typeof value} (${inspect(value)})`
export const bytesOf = (data: unknown, encoding?: string): Uint8Array =>
  data instanceof Uint8Array
    ? data
    : ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : Buffer.from(textData(data), encoding)
export function textData(data: unknown): string {
  if (typeof data === 'string') return data
  throw nodeError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${kindOf(data)}`,
  )
}
export const decoded = (bytes: Uint8Array, encoding: string | undefined): unknown => {
  if (
    encoding !== undefined &&
    encoding !== 'buffer' &&
    !(Buffer as unknown as { isEncoding(name: string): boolean }).isEncoding(encoding)
  )
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The argument 'encoding' is invalid encoding. Received '${encoding}'`,
    )
  const buffer = Buffer.from(bytes)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding)
}
