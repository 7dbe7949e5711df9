import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, OK, type Reply } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'

/** The keys and the other arguments behind their count. @throws CommandError */
function parted([count = '', ...words]: readonly string[]): readonly [readonly string[], readonly string[]] {
  const keys = integer(count)
  if (keys > words.length) throw new CommandError("ERR Number of keys can't be greater than number of args")
  if (keys < 0) throw new CommandError("ERR Number of keys can't be negative")
  return [words.slice(0, keys), words.slice(keys)]
}

const evaluate =
  (readOnly: boolean): Handler =>
  ({ server: { scripts }, client }, [code = '', ...words]) => {
    const [keys, args] = parted(words)
    return scripts.run(client, scripts.keep(code), keys, args, readOnly)
  }

const evaluateKnown =
  (readOnly: boolean): Handler =>
  ({ server: { scripts }, client }, [digest = '', ...words]) => {
    const [keys, args] = parted(words)
    return scripts.run(client, digest.toLowerCase(), keys, args, readOnly)
  }

type Sub = (call: Call, words: readonly string[]) => Reply
const SCRIPT: ReadonlyMap<string, Sub> = new Map<string, Sub>([
  ['LOAD', ({ server }, [code = '']) => server.scripts.keep(code)],
  ['EXISTS', ({ server }, digests) => digests.map((each) => (server.scripts.known.has(each.toLowerCase()) ? 1 : 0))],
  [
    'FLUSH',
    ({ server }, [mode, ...more]) => {
      if (more.length > 0 || (mode !== undefined && !/^a?sync$/i.test(mode)))
        throw new CommandError('ERR SCRIPT FLUSH only support SYNC|ASYNC option')
      server.scripts.known.clear()
      return OK
    },
  ],
  [
    'KILL',
    () => {
      throw new CommandError('NOTBUSY No scripts in execution right now.')
    },
  ],
  [
    'DEBUG',
    (_call, [mode = '']) => {
      if (!/^(yes|sync|no)$/i.test(mode)) throw new CommandError('ERR Use SCRIPT DEBUG YES/SYNC/NO')
      return OK
    },
  ],
])

const script: Handler = (call, [sub = '', ...words]) => {
  const run = SCRIPT.get(sub.toUpperCase())
  if (!run) throw new CommandError(`ERR unknown subcommand '${sub}'. Try SCRIPT HELP.`)
  return run(call, words)
}

/** `u`: what has to be loaded first. */
export const scriptingCommands = commandTable({
  eval: [-3, 'u', '', evaluate(false)],
  evalsha: [-3, 'u', '', evaluateKnown(false)],
  eval_ro: [-3, 'u', '', evaluate(true)],
  evalsha_ro: [-3, 'u', '', evaluateKnown(true)],
  script: [-2, 'u', '', script],
})
