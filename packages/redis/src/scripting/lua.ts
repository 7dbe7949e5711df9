// Its modules require one another in a circle, and this one has to be the first.
import 'fengari/src/defs.js'
import * as lauxlib from 'fengari/src/lauxlib.js'
import { luaopen_base } from 'fengari/src/lbaselib.js'
import { luaopen_math } from 'fengari/src/lmathlib.js'
import { luaopen_string } from 'fengari/src/lstrlib.js'
import { luaopen_table } from 'fengari/src/ltablib.js'
import lobject from 'fengari/src/lobject.js'
import { luaS_bless } from 'fengari/src/lstring.js'
import * as lua from 'fengari/src/lua.js'
import type { LuaFunction, LuaState } from 'fengari/src/lua.js'
import { binaryOf, bytesOf } from '../resp/binary.ts'
import { CommandError, type Reply } from '../resp/reply.ts'
import { decodeJson, encodeJson } from './cjson.ts'
import { fromReply, toReply } from './conversion.ts'
import { BAD_NAME, type LibraryFunction } from './functions.ts'
import { type LuaValue, pushValue, readValue } from './values.ts'

/** What a script may ask of the server it runs in. */
export interface ScriptHost {
  /** Runs a command; an error is a value. */
  readonly call: (argv: readonly string[]) => Reply
  readonly log: (level: number, text: string) => void
  readonly sha1: (text: string) => string
  readonly version: string
  /** Called every some thousand instructions; throws when the script has to end. */
  readonly tick: () => void
}

/** Lua 5.1 writes a whole number without `.0`, whatever it was made by. */
const numberText = lobject.luaO_tostring
lobject.luaO_tostring = (state, value) => {
  numberText(state, value)
  const bytes = value.svalue()
  const isWhole = bytes.at(-2) === 46 && bytes.at(-1) === 48
  if (isWhole) value.setsvalue(luaS_bless(state, bytes.slice(0, -2)))
}

const TICK_INSTRUCTIONS = 100_000
const LIBRARIES = [
  ['_G', luaopen_base],
  ['string', luaopen_string],
  ['table', luaopen_table],
  ['math', luaopen_math],
] as const

/** Names of Lua 5.3 that 5.1 has not, and the other way round. */
const AS_5_1 = `
unpack = table.unpack
loadstring = load
local shown = tostring
tostring = function(v) if math.type(v) == 'float' then return v .. '' end return shown(v) end
math.pow = function(x, y) return x ^ y end
math.mod = math.fmod
table.getn = function(t) return #t end
table.maxn = function(t) local n = 0 for k in pairs(t) do if type(k) == 'number' and k > n then n = k end end return n end
string.gfind = string.gmatch
dofile, loadfile, print, collectgarbage, rawlen = nil, nil, nil, nil, nil
bit = {
  band = function(a, ...) for _, b in ipairs({...}) do a = a & b end return bit.tobit(a) end,
  bor = function(a, ...) for _, b in ipairs({...}) do a = a | b end return bit.tobit(a) end,
  bxor = function(a, ...) for _, b in ipairs({...}) do a = a ~ b end return bit.tobit(a) end,
  bnot = function(a) return bit.tobit(~a) end,
  lshift = function(a, n) return bit.tobit(a << (n & 31)) end,
  rshift = function(a, n) return bit.tobit((a & 0xffffffff) >> (n & 31)) end,
  arshift = function(a, n) return bit.tobit(bit.tobit(a) >> (n & 31)) end,
  tobit = function(a) a = a & 0xffffffff if a >= 0x80000000 then a = a - 0x100000000 end return a end,
  tohex = function(a, n) return string.format('%0' .. (n or 8) .. 'x', a & 0xffffffff) end,
}
setmetatable(_G, {
  __newindex = function(_, name) error("Attempt to modify a readonly table", 2) end,
  __index = function(_, name) error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2) end,
})
`

/** Lua as redis has it: one machine for all scripts of a server. https://redis.io/docs/latest/develop/programmability/lua-api/ */
export class LuaMachine {
  private readonly state: LuaState = lauxlib.luaL_newstate()
  private readonly host: ScriptHost

  constructor(host: ScriptHost) {
    this.host = host
    const { state } = this
    for (const [name, open] of LIBRARIES) {
      lauxlib.luaL_requiref(state, bytesOf(name), open, 1)
      lua.lua_pop(state, 1)
    }
    this.table('redis', this.redisFunctions(), {
      ...{ LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3, REDIS_VERSION: host.version },
      ...{
        REPL_NONE: 0,
        REPL_AOF: 1,
        REPL_SLAVE: 2,
        REPL_REPLICA: 2,
        REPL_ALL: 3,
        REDIS_VERSION_NUM: versionNumber(host.version),
      },
    })
    this.table(
      'cjson',
      { encode: this.taking((value) => encodeJson(value)), decode: this.taking((value) => decodeJson(text(value))) },
      {},
    )
    this.execute(AS_5_1, 'setup')
    lua.lua_sethook(state, () => host.tick(), lua.LUA_MASKCOUNT, TICK_INSTRUCTIONS)
  }

  /** @returns what is wrong with the text */
  check(code: string): string | undefined {
    const { state } = this
    const status = this.load(code)
    const problem = status === lua.LUA_OK ? undefined : binaryOf(lua.lua_tostring(state, -1))
    lua.lua_settop(state, 0)
    return problem
  }

  /** @throws CommandError with what Lua says */
  run(code: string, keys: readonly string[], args: readonly string[]): Reply {
    const { state } = this
    lua.lua_settop(state, 0)
    if (this.load(code) !== lua.LUA_OK)
      throw new CommandError(`ERR Error compiling script (new function): ${this.message()}`)
    this.global('KEYS', keys)
    this.global('ARGV', args)
    if (lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK) throw this.failure()
    return toReply(readValue(state, -1))
  }

  /** Functions that a library registers, while it is being read. */
  private registering: LibraryFunction[] | undefined

  /** @returns what it registers @throws CommandError */
  library(code: string): readonly LibraryFunction[] {
    const { state } = this
    const found: LibraryFunction[] = []
    this.registering = found
    lua.lua_settop(state, 0)
    try {
      if (this.load(code, 'user_function') !== lua.LUA_OK)
        throw new CommandError(`ERR Error compiling function: ${this.message()}`)
      if (lua.lua_pcall(state, 0, 0, 0) !== lua.LUA_OK)
        throw new CommandError(`ERR Error registering functions: ${this.message()}`)
    } finally {
      this.registering = undefined
      lua.lua_settop(state, 0)
    }
    return found
  }

  /** @throws CommandError with what Lua says */
  callFunction(reference: number, keys: readonly string[], args: readonly string[]): Reply {
    const { state } = this
    lua.lua_settop(state, 0)
    lua.lua_rawgeti(state, lua.LUA_REGISTRYINDEX, reference)
    pushValue(state, keys)
    pushValue(state, args)
    if (lua.lua_pcall(state, 2, 1, 0) !== lua.LUA_OK) throw this.failure()
    return toReply(readValue(state, -1))
  }

  /** redis.register_function: a name and a function, or a table of fields. */
  private register(state: LuaState): number {
    const { registering } = this
    if (!registering) return raiseError(state, 'redis.register_function can only be called on FUNCTION LOAD command')
    if (lua.lua_type(state, 1) === lua.LUA_TTABLE) {
      for (const field of ['function_name', 'callback', 'description', 'flags'])
        lua.lua_getfield(state, 1, bytesOf(field))
    } else {
      lua.lua_settop(state, 2)
      lua.lua_pushnil(state)
      lua.lua_pushnil(state)
      lua.lua_createtable(state, 0, 0)
      for (const at of [1, 2, 3, 4]) lua.lua_pushvalue(state, at)
    }
    const name = text(readValue(state, -4))
    const description = readValue(state, -2)
    const flags = readValue(state, -1)
    const problem =
      lua.lua_type(state, -3) !== lua.LUA_TFUNCTION
        ? 'ERR redis.register_function must get a callback argument'
        : !/^\w+$/.test(name)
          ? BAD_NAME
          : registering.some((each) => each.name === name)
            ? 'ERR Function already exists in the library'
            : undefined
    if (problem !== undefined) return raiseError(state, problem)
    lua.lua_pushvalue(state, -3)
    registering.push({
      name,
      description: typeof description === 'string' ? description : undefined,
      flags: Array.isArray(flags) ? (flags as readonly LuaValue[]).map(text) : [],
      reference: lauxlib.luaL_ref(state, lua.LUA_REGISTRYINDEX),
    })
    return 0
  }

  private load(code: string, name = 'user_script'): number {
    // A line that names an interpreter: `#!lua flags=…`.
    const plain = code.startsWith('#!') ? code.replace(/^[^\n]*/, '') : code
    const bytes = bytesOf(plain)
    return lauxlib.luaL_loadbuffer(this.state, bytes, bytes.length, bytesOf(`@${name}`))
  }

  private message(): string {
    const value = readValue(this.state, -1)
    return value instanceof Map ? text(value.get('err')) : text(value)
  }

  private failure(): CommandError {
    const value = readValue(this.state, -1)
    const thrown = value instanceof Map ? value : undefined
    const said = thrown ? text(thrown.get('err')) : text(value)
    return new CommandError(thrown ? said : `ERR ${said}`)
  }

  private execute(code: string, name: string): void {
    const bytes = bytesOf(code)
    lauxlib.luaL_loadbuffer(this.state, bytes, bytes.length, bytesOf(`@${name}`))
    if (lua.lua_pcall(this.state, 0, 0, 0) !== lua.LUA_OK) throw new Error(this.message())
  }

  /** Past the guard of the globals. */
  private global(name: string, items: readonly string[]): void {
    const { state } = this
    lua.lua_getglobal(state, bytesOf('_G'))
    lua.lua_pushstring(state, bytesOf(name))
    pushValue(state, items)
    lua.lua_rawset(state, -3)
    lua.lua_pop(state, 1)
  }

  private table(
    name: string,
    functions: Readonly<Record<string, LuaFunction>>,
    constants: Readonly<Record<string, LuaValue>>,
  ): void {
    const { state } = this
    lua.lua_createtable(state, 0, 0)
    for (const [field, run] of Object.entries(functions)) {
      lua.lua_pushcfunction(state, run)
      lua.lua_setfield(state, -2, bytesOf(field))
    }
    for (const [field, value] of Object.entries(constants)) {
      pushValue(state, value)
      lua.lua_setfield(state, -2, bytesOf(field))
    }
    lua.lua_setglobal(state, bytesOf(name))
  }

  /** A function of one value. */
  private readonly taking =
    (run: (value: LuaValue) => LuaValue): LuaFunction =>
    (state) => {
      let result: LuaValue
      try {
        result = run(lua.lua_gettop(state) > 0 ? readValue(state, 1) : undefined)
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        lauxlib.luaL_where(state, 1)
        return raise(state, binaryOf(lua.lua_tostring(state, -1)) + error.message)
      }
      pushValue(state, result)
      return 1
    }

  private redisFunctions(): Readonly<Record<string, LuaFunction>> {
    const wrapped = (field: string) => this.taking((value) => new Map([[field, text(value)]]))
    return {
      call: (state) => this.call(state, true),
      pcall: (state) => this.call(state, false),
      error_reply: this.taking((value) => new Map([['err', errorText(text(value))]])),
      status_reply: wrapped('ok'),
      sha1hex: this.taking((value) => this.host.sha1(text(value))),
      register_function: (state) => this.register(state),
      log: (state) => {
        this.host.log(lua.lua_tonumber(state, 1), text(readValue(state, 2)))
        return 0
      },
      replicate_commands: this.taking(() => true),
      set_repl: this.taking(() => undefined),
      setresp: this.taking(() => undefined),
      breakpoint: this.taking(() => false),
    }
  }

  /** redis.call and redis.pcall: one throws what the other returns. */
  private call(state: LuaState, throwing: boolean): number {
    const count = lua.lua_gettop(state)
    const argv: string[] = []
    for (let at = 1; at <= count; at++) {
      const kind = lua.lua_type(state, at)
      if (kind !== lua.LUA_TSTRING && kind !== lua.LUA_TNUMBER)
        return thrown(state, 'ERR Lua redis lib command arguments must be strings or integers', throwing)
      argv.push(binaryOf(lua.lua_tostring(state, at)))
    }
    if (argv.length === 0)
      return thrown(state, 'ERR Please specify at least one argument for this redis lib call', throwing)
    const reply = this.host.call(argv)
    if (reply instanceof CommandError) return thrown(state, reply.message, throwing)
    pushValue(state, fromReply(reply))
    return 1
  }
}

/** An error of a command, as a table. */
function thrown(state: LuaState, message: string, throwing: boolean): number {
  pushValue(state, new Map([['err', message]]))
  return throwing ? lua.lua_error(state) : 1
}

/** As a library's own mistakes are told. */
function raiseError(state: LuaState, message: string): never {
  pushValue(state, new Map([['err', message]]))
  return lua.lua_error(state)
}

function raise(state: LuaState, message: string): never {
  lua.lua_pushstring(state, bytesOf(message))
  return lua.lua_error(state)
}

/** `-ERR` in front of what names no kind of error. */
const errorText = (text: string): string => {
  const plain = text.replace(/^-/, '')
  return /^[A-Z]+ /.test(plain) || text.startsWith('-') ? plain : `ERR ${plain}`
}

const versionNumber = (version: string): number =>
  version.split('.').reduce((sum, part) => sum * 256 + Number.parseInt(part, 10), 0)

const text = (value: LuaValue): string => (typeof value === 'string' ? value : value === undefined ? '' : String(value))
