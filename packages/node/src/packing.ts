import { deflateWith, fromBase64, GzipError, inflateWith } from '@drydock/codec'
import { answer, type ForeignAnswer } from '@drydock/libc'

/** Of zlib's options those that change what comes out. */
export interface PackOptions {
  readonly level?: number
  readonly windowBits?: number
  readonly memLevel?: number
  readonly strategy?: number
  /** In base64. */
  readonly dictionary?: string
  /** What is there of a text that is cut short will do. */
  readonly partial?: boolean
}
const PACKING = ['gzip', 'deflate', 'deflateRaw']

/** @returns the bytes, or zlib's words for what is wrong with them */
export function packed(format: string, bytes: Uint8Array, options: PackOptions): ForeignAnswer {
  const { dictionary, partial = false, ...rest } = options
  const given = { ...rest, ...(dictionary !== undefined && { dictionary: fromBase64(dictionary) }) }
  try {
    if (PACKING.includes(format)) return { bytes: deflateWith(format as 'gzip', bytes, given) }
    return { bytes: inflateWith(format as 'gunzip', bytes, { ...given, partial }) }
  } catch (error) {
    if (error instanceof GzipError) return answer(error.message)
    throw error
  }
}
