import * as lua from 'fengari/src/lua.js'
import type { LuaState } from 'fengari/src/lua.js'
import { binaryOf, bytesOf } from '../resp/binary.ts'

/** Lua's values here: a table is an array when its keys are 1, 2, 3…, else a map. Texts are binary strings. */
export type LuaValue =
  | string
  | number
  | boolean
  | undefined
  | readonly LuaValue[]
  | ReadonlyMap<string | number, LuaValue>

export function pushValue(state: LuaState, value: LuaValue): void {
  if (value === undefined) lua.lua_pushnil(state)
  else if (typeof value === 'string') lua.lua_pushstring(state, bytesOf(value))
  else if (typeof value === 'boolean') lua.lua_pushboolean(state, value)
  else if (typeof value === 'number') pushNumber(state, value)
  else pushTable(state, value)
}

/** fengari's integers have 32 bits. */
function pushNumber(state: LuaState, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) lua.lua_pushinteger(state, value)
  else lua.lua_pushnumber(state, value)
}

function pushTable(state: LuaState, value: readonly LuaValue[] | ReadonlyMap<string | number, LuaValue>): void {
  lua.lua_createtable(state, 0, 0)
  if (value instanceof Map) {
    for (const [key, item] of value) {
      pushValue(state, key)
      pushValue(state, item)
      lua.lua_rawset(state, -3)
    }
    return
  }
  for (const [at, item] of (value as readonly LuaValue[]).entries()) {
    pushValue(state, item)
    lua.lua_rawseti(state, -2, at + 1)
  }
}

const MOST_DEPTH = 100

export function readValue(state: LuaState, at: number, depth = 0): LuaValue {
  const index = lua.lua_absindex(state, at)
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index)
    case lua.LUA_TNUMBER:
      return lua.lua_tonumber(state, index)
    case lua.LUA_TSTRING:
      return binaryOf(lua.lua_tostring(state, index))
    case lua.LUA_TTABLE:
      return depth > MOST_DEPTH ? undefined : readTable(state, index, depth)
    default:
      return undefined
  }
}

function readTable(state: LuaState, index: number, depth: number): LuaValue {
  const fields = new Map<string | number, LuaValue>()
  lua.lua_pushnil(state)
  while (lua.lua_next(state, index) !== 0) {
    const key = readKey(state)
    if (key !== undefined) fields.set(key, readValue(state, -1, depth + 1))
    lua.lua_pop(state, 1)
  }
  const items: LuaValue[] = []
  while (fields.has(items.length + 1)) items.push(fields.get(items.length + 1))
  return items.length === fields.size ? items : fields
}

/** Of what stands below the value; a number is not to be made a text where it lies. */
function readKey(state: LuaState): string | number | undefined {
  const kind = lua.lua_type(state, -2)
  if (kind === lua.LUA_TSTRING) return binaryOf(lua.lua_tostring(state, -2))
  return kind === lua.LUA_TNUMBER ? lua.lua_tonumber(state, -2) : undefined
}
