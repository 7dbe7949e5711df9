import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, type Reply, SYNTAX } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'

const call =
  (readOnly: boolean): Handler =>
  ({ server, client }, [name = '', count = '', ...words]) => {
    const found = server.functions.named(name)
    const keys = integer(count, 'ERR Bad number of keys provided')
    if (keys > words.length) throw new CommandError("ERR Number of keys can't be greater than number of args")
    if (keys < 0) throw new CommandError("ERR Number of keys can't be negative")
    return server.scripts.callFunction(client, found, words.slice(0, keys), words.slice(keys), readOnly)
  }

type Sub = readonly [low: number, high: number, run: (call: Call, words: readonly string[]) => Reply]

/** Reading changes nothing: the log gets nothing. */
const quiet =
  (run: Sub[2]): Sub[2] =>
  (each, words) => {
    each.effects = []
    return run(each, words)
  }

function list(words: readonly string[]): { readonly pattern: string | undefined; readonly withCode: boolean } {
  let pattern: string | undefined
  let withCode = false
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    if (word === 'WITHCODE') withCode = true
    else if (word === 'LIBRARYNAME' && i + 1 < words.length) pattern = words[++i]
    else if (word === 'LIBRARYNAME') throw new CommandError('ERR library name argument was not given')
    else throw new CommandError(`ERR Unknown argument ${words[i]}`)
  }
  return { pattern, withCode }
}

const FUNCTION: ReadonlyMap<string, Sub> = new Map<string, Sub>([
  [
    'LOAD',
    [
      1,
      2,
      ({ server }, words) => {
        const replace = words.length === 2
        if (replace && words[0]?.toUpperCase() !== 'REPLACE')
          throw new CommandError(`ERR Unknown option given: ${words[0]}`)
        return server.functions.load(words.at(-1) ?? '', replace)
      },
    ],
  ],
  ['DELETE', [1, 1, ({ server }, [name = '']) => server.functions.delete(name)]],
  [
    'FLUSH',
    [
      0,
      1,
      ({ server }, [mode]) => {
        if (mode !== undefined && !/^(a?sync)$/i.test(mode))
          throw new CommandError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option')
        return server.functions.flush()
      },
    ],
  ],
  [
    'LIST',
    [
      0,
      Number.POSITIVE_INFINITY,
      quiet(({ server }, words) => {
        const { pattern, withCode } = list(words)
        return server.functions.list(pattern, withCode)
      }),
    ],
  ],
  ['STATS', [0, 0, quiet(({ server }) => server.functions.stats())]],
  [
    'KILL',
    [
      0,
      0,
      () => {
        throw new CommandError('NOTBUSY No scripts in execution right now.')
      },
    ],
  ],
])

const functionCommand: Handler = (each, [word = '', ...words]) => {
  const sub = FUNCTION.get(word.toUpperCase())
  if (!sub) throw new CommandError(`ERR unknown subcommand '${word}'. Try FUNCTION HELP.`)
  const [low, high, run] = sub
  if (words.length < low || words.length > high)
    throw new CommandError(
      high === Number.POSITIVE_INFINITY
        ? SYNTAX
        : `ERR wrong number of arguments for 'function|${word.toLowerCase()}' command`,
    )
  return run(each, words)
}

export const functionCommands = commandTable({
  fcall: [-3, 'u', '', call(false)],
  fcall_ro: [-3, 'u', '', call(true)],
  function: [-2, 'uw', '', functionCommand],
})
