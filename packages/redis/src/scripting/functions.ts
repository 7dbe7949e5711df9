import { CommandError, OK, type Reply, ReplyMap } from '../resp/reply.ts'
import type { Server } from '../server.ts'
import { globMatcher } from '../store/glob.ts'

/** What a library told of one of its functions. https://redis.io/docs/latest/develop/programmability/functions-intro/ */
export interface LibraryFunction {
  readonly name: string
  readonly description: string | undefined
  readonly flags: readonly string[]
  /** Where Lua keeps it. */
  readonly reference: number
}

interface Library {
  readonly name: string
  readonly code: string
  readonly functions: readonly LibraryFunction[]
}

const NAME = /^\w+$/
export const BAD_NAME =
  'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long'

/** The name in the first line: `#!lua name=mylib`. @throws CommandError */
function libraryName(code: string): string {
  const [first = ''] = code.split('\n')
  if (!first.startsWith('#!') || !code.includes('\n')) {
    if (!first.startsWith('#!')) throw new CommandError('ERR Missing library metadata')
    throw new CommandError('ERR Invalid library metadata')
  }
  const [engine = '', ...words] = first.slice(2).trim().split(/\s+/)
  let name: string | undefined
  for (const word of words) {
    if (!word.startsWith('name=')) throw new CommandError(`ERR Invalid metadata value given: ${word}`)
    if (name !== undefined) throw new CommandError('ERR Invalid metadata value, name argument was given multiple times')
    name = word.slice(5)
  }
  if (name === undefined) throw new CommandError('ERR Library name was not given')
  if (!NAME.test(name)) throw new CommandError(BAD_NAME)
  if (engine.toLowerCase() !== 'lua') throw new CommandError(`ERR Engine '${engine}' not found`)
  return name
}

/** Libraries of functions: kept with the data, called by FCALL. */
export class Functions {
  private readonly libraries = new Map<string, Library>()
  /** Of a dump file: they are read when the machine for scripts is there. */
  private pending: string[] = []
  private readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** @returns the library's name @throws CommandError */
  load(code: string, replace: boolean): string {
    const name = libraryName(code)
    const old = this.libraries.get(name)
    if (old && !replace) throw new CommandError(`ERR Library '${name}' already exists`)
    const functions = this.server.scripts.library(code)
    if (functions.length === 0) throw new CommandError('ERR No functions registered')
    const taken = functions.find((each) => (this.find(each.name)?.library ?? name) !== name)
    if (taken) throw new CommandError(`ERR Function ${taken.name} already exists`)
    this.libraries.set(name, { name, code, functions })
    this.server.dirty++
    return name
  }

  private find(name: string): { readonly library: string; readonly found: LibraryFunction } | undefined {
    for (const { name: library, functions } of this.libraries.values()) {
      const found = functions.find((each) => each.name === name)
      if (found) return { library, found }
    }
    return undefined
  }

  /** @throws CommandError */
  named(name: string): LibraryFunction {
    const known = this.find(name)
    if (known) return known.found
    throw new CommandError('ERR Function not found')
  }

  delete(name: string): Reply {
    if (!this.libraries.delete(name)) throw new CommandError('ERR Library not found')
    this.server.dirty++
    return OK
  }

  flush(): Reply {
    this.libraries.clear()
    this.pending = []
    this.server.dirty++
    return OK
  }

  list(pattern: string | undefined, withCode: boolean): Reply {
    const matches = pattern === undefined ? () => true : globMatcher(pattern)
    return [...this.libraries.values()]
      .filter(({ name }) => matches(name))
      .map(
        ({ name, code, functions }) =>
          new ReplyMap([
            ['library_name', name],
            ['engine', 'LUA'],
            [
              'functions',
              functions.map(
                (each) =>
                  new ReplyMap([
                    ['name', each.name],
                    ['description', each.description ?? null],
                    ['flags', [...each.flags]],
                  ]),
              ),
            ],
            ...(withCode ? [['library_code', code] as const] : []),
          ]),
      )
  }

  stats(): Reply {
    const count = [...this.libraries.values()].reduce((sum, { functions }) => sum + functions.length, 0)
    const lua = new ReplyMap([
      ['libraries_count', this.libraries.size],
      ['functions_count', count],
    ])
    return new ReplyMap([
      ['running_script', null],
      ['engines', new ReplyMap([['LUA', lua]])],
    ])
  }

  /** The text of every library, for dump files. */
  codes(): string[] {
    return [...[...this.libraries.values()].map(({ code }) => code), ...this.pending]
  }

  /** What a dump file has in place of what was there. */
  restore(codes: readonly string[]): void {
    this.libraries.clear()
    this.pending = [...codes]
  }

  /** The machine has come: it is told of what was read before. */
  machineIsThere(): void {
    const codes = this.pending
    this.pending = []
    for (const code of codes) this.load(code, true)
  }
}
