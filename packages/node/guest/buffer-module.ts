import * as library from 'buffer'
import { Blob_, File_ } from './blobs.ts'
import { invalidType } from './errors.ts'
import { bytesOf } from './keys.ts'

const { Buffer } = library
const bytesIn = (input: unknown): Uint8Array => {
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer) return bytesOf(input as ArrayBuffer)
  throw invalidType('input', 'an instance of ArrayBuffer, Buffer, or TypedArray', input)
}
function isUtf8(input: unknown): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytesIn(input))
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_INVALID_ARG_TYPE') throw error
    return false
  }
}
/** What a narrow encoding has no letter for becomes a question mark. */
function transcode(source: unknown, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytesIn(source)).toString(from)
  const most = { ascii: 0x7f, latin1: 0xff, binary: 0xff }[to]
  const fitting = most === undefined ? text : [...text].map((char) => ((char.codePointAt(0) ?? 0) > most ? '?' : char))
  return Buffer.from(Array.isArray(fitting) ? fitting.join('') : fitting, to)
}
const constants = { MAX_LENGTH: 2 ** 32, MAX_STRING_LENGTH: 536_870_888 }

/** node:buffer */
export const bufferModule = {
  ...library,
  Blob: Blob_,
  File: File_,
  atob,
  btoa,
  constants,
  isAscii: (input: unknown) => bytesIn(input).every((byte) => byte < 0x80),
  isUtf8,
  kMaxLength: constants.MAX_LENGTH,
  kStringMaxLength: constants.MAX_STRING_LENGTH,
  resolveObjectURL: () => undefined,
  transcode,
}
