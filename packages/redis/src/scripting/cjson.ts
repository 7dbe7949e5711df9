import { CommandError } from '../resp/reply.ts'
import { binaryOfText, textOfBinary } from '../resp/binary.ts'
import type { LuaValue } from './values.ts'

/** lua-cjson's encode: an empty table is an object. @returns a binary string */
export function encodeJson(value: LuaValue): string {
  return binaryOfText(JSON.stringify(plain(value)))
}

function plain(value: LuaValue): unknown {
  if (value === undefined) return null
  if (typeof value === 'string') return textOfBinary(value)
  if (typeof value === 'number') return fourteen(value)
  if (typeof value === 'boolean') return value
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [textOfBinary(String(key)), plain(item)]))
  const items = value as readonly LuaValue[]
  return items.length === 0 ? {} : items.map(plain)
}

/** As many digits as cjson writes. @throws CommandError */
function fourteen(value: number): number {
  if (!Number.isFinite(value)) throw new CommandError('Cannot serialise number: must not be NaN or Inf')
  return Number(value.toPrecision(14))
}

/** @throws CommandError */
export function decodeJson(binary: string): LuaValue {
  try {
    return lua(JSON.parse(textOfBinary(binary)))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError('Expected value but found invalid token at character 1')
    throw error
  }
}

function lua(value: unknown): LuaValue {
  if (typeof value === 'string') return binaryOfText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(lua)
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, item]) => [binaryOfText(key), lua(item)]))
  return undefined
}
