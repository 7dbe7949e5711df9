import { readFileSync, writeSync } from 'node:fs'
import { EJSON, ObjectId } from 'bson'
import { Connection } from './connection.ts'
import { formatError } from './format.ts'
import { converse, followLines } from './interactive.ts'
import { logIn } from './login.ts'
import { Quit, Shell, VERSION } from './shell.ts'
import { teachInspect } from './types.ts'

/** What the program around this one has read from its command line. */
interface Request {
  readonly address: string
  readonly uri: string
  readonly database: string
  readonly user?: string
  readonly password?: string
  readonly authDatabase: string
  readonly evals: readonly string[]
  readonly files: readonly string[]
  readonly interactive: boolean
  readonly quiet: boolean
  readonly json?: 'canonical' | 'relaxed'
  readonly terminal: boolean
}

const SOCKET_FD = 3

function banner(shell: Shell, { uri }: Request): void {
  const warnings = shell.connection.command('admin', { getLog: 'startupWarnings' }).log as string[] | undefined
  const version = shell.db.version()
  shell.print(`Current Mongosh Log ID:\t${new ObjectId().toHexString()}\nConnecting to:\t\t${uri}`)
  shell.print(
    `Using MongoDB:\t\t${version}\nUsing Mongosh:\t\t${VERSION}\n\nFor mongosh info see: https://www.mongodb.com/docs/mongodb-shell/\n`,
  )
  if (!warnings || warnings.length === 0) return
  const rows = warnings.map((line) => {
    const { t, msg } = JSON.parse(line) as { t: { $date: string }; msg: string }
    return `   ${t.$date}: ${msg}`
  })
  shell.print(`------\n   The server generated these startup warnings when booting\n${rows.join('\n')}\n------\n`)
}

/** Texts of --eval one after the other; the last one's value is printed. */
function runAll(shell: Shell, { evals, files, json }: Request): void {
  let last: unknown
  for (const text of evals) last = json ? shell.value(text) : shell.run(text)
  if (evals.length > 0 && files.length === 0) {
    const shown = json ? EJSON.stringify(last, { relaxed: json === 'relaxed' }) : String(last)
    if (shown !== '') shell.print(shown)
  }
  for (const path of files) shell.load(path)
}

async function main(request: Request): Promise<number> {
  teachInspect()
  const connection = new Connection(SOCKET_FD, request.address)
  const shell = new Shell(connection, request.database, { colors: request.terminal })
  Object.defineProperties(globalThis, shell.globals())
  try {
    if (request.user !== undefined)
      logIn(connection, { user: request.user, password: request.password ?? '', database: request.authDatabase })
    if (!request.quiet && request.interactive) banner(shell, request)
    runAll(shell, request)
    if (!request.interactive) return 0
    return request.terminal ? await converse(shell) : followLines(shell, readFileSync(0, 'utf8'))
  } catch (error) {
    if (error instanceof Quit) return error.status
    writeSync(2, `${formatError(error, shell.look)}\n`)
    return 1
  }
}

main(JSON.parse(process.env.MONGOSH_REQUEST ?? '{}') as Request).then(
  (status) => process.exit(status),
  (error: unknown) => {
    writeSync(2, `${String(error)}\n`)
    process.exit(1)
  },
)
