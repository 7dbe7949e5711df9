/** As much of fengari as scripts of redis need: Lua's C API, https://www.lua.org/manual/5.3/manual.html#4.6 */
declare module 'fengari/src/lua.js' {
  export type LuaState = { readonly brand: unique symbol }
  export type LuaFunction = (state: LuaState) => number
  export const LUA_OK: number
  export const LUA_REGISTRYINDEX: number
  export const LUA_TFUNCTION: number
  export const LUA_TNIL: number
  export const LUA_TBOOLEAN: number
  export const LUA_TNUMBER: number
  export const LUA_TSTRING: number
  export const LUA_TTABLE: number
  export const LUA_MASKCOUNT: number
  export function lua_sethook(state: LuaState, hook: (state: LuaState) => void, mask: number, count: number): void
  export function lua_pcall(state: LuaState, args: number, results: number, handler: number): number
  export function lua_type(state: LuaState, index: number): number
  export function lua_gettop(state: LuaState): number
  export function lua_settop(state: LuaState, index: number): void
  export function lua_pop(state: LuaState, count: number): void
  export function lua_error(state: LuaState): never
  export function lua_toboolean(state: LuaState, index: number): boolean
  export function lua_tonumber(state: LuaState, index: number): number
  export function lua_tostring(state: LuaState, index: number): Uint8Array
  export function lua_pushboolean(state: LuaState, value: boolean): void
  export function lua_pushnil(state: LuaState): void
  export function lua_pushnumber(state: LuaState, value: number): void
  export function lua_pushinteger(state: LuaState, value: number): void
  export function lua_pushstring(state: LuaState, value: Uint8Array): void
  export function lua_pushcfunction(state: LuaState, run: LuaFunction): void
  export function lua_pushvalue(state: LuaState, index: number): void
  export function lua_createtable(state: LuaState, items: number, fields: number): void
  export function lua_rawgeti(state: LuaState, index: number, at: number): number
  export function lua_rawseti(state: LuaState, index: number, at: number): void
  export function lua_rawlen(state: LuaState, index: number): number
  export function lua_getfield(state: LuaState, index: number, name: Uint8Array): number
  export function lua_setfield(state: LuaState, index: number, name: Uint8Array): void
  export function lua_rawset(state: LuaState, index: number): void
  export function lua_next(state: LuaState, index: number): number
  export function lua_setglobal(state: LuaState, name: Uint8Array): void
  export function lua_getglobal(state: LuaState, name: Uint8Array): number
  export function lua_setmetatable(state: LuaState, index: number): number
  export function lua_absindex(state: LuaState, index: number): number
  export function lua_isinteger(state: LuaState, index: number): boolean
}
declare module 'fengari/src/lauxlib.js' {
  import type { LuaFunction, LuaState } from 'fengari/src/lua.js'
  export function luaL_newstate(): LuaState
  export function luaL_loadbuffer(state: LuaState, code: Uint8Array, length: number, name: Uint8Array): number
  export function luaL_requiref(state: LuaState, name: Uint8Array, open: LuaFunction, global: number): void
  export function luaL_ref(state: LuaState, table: number): number
  export function luaL_where(state: LuaState, level: number): void
}
declare module 'fengari/src/lbaselib.js' {
  export const luaopen_base: import('fengari/src/lua.js').LuaFunction
}
declare module 'fengari/src/lstrlib.js' {
  export const luaopen_string: import('fengari/src/lua.js').LuaFunction
}
declare module 'fengari/src/ltablib.js' {
  export const luaopen_table: import('fengari/src/lua.js').LuaFunction
}
declare module 'fengari/src/lmathlib.js' {
  export const luaopen_math: import('fengari/src/lua.js').LuaFunction
}
declare module 'fengari/src/lobject.js' {
  type Value = { ttisinteger(): boolean; svalue(): Uint8Array; setsvalue(text: unknown): void }
  const lobject: { luaO_tostring: (state: import('fengari/src/lua.js').LuaState, value: Value) => void }
  export default lobject
}
declare module 'fengari/src/lstring.js' {
  export function luaS_bless(state: import('fengari/src/lua.js').LuaState, text: Uint8Array): unknown
}
