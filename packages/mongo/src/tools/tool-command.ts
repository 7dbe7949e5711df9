import { isErrno, type Process, type Program } from '@drydock/abi'
import { askPassword, Stdio } from '@drydock/libc'
import { type Target, ToolClient, ToolError } from './tool-client.ts'

export const VERSION = '100.14.0'

/** Options by their long names; one that was given without a value is `true`. */
export type Given = Readonly<Record<string, string | true | undefined>>

/** What a tool works with. */
export interface Work {
  readonly process: Process
  readonly io: Stdio
  readonly client: ToolClient
  readonly given: Given
  readonly operands: readonly string[]
  /** A line on standard error, with the time. */
  tell(text: string): Promise<void>
}

export interface Tool {
  readonly name: string
  readonly summary: string
  readonly lacks: readonly string[]
  /** Beside those that all tools have. */
  readonly valued: readonly string[]
  readonly flags: readonly string[]
  /** With a value or without. */
  readonly optional?: readonly string[]
  /** Says to where it has connected. */
  readonly announces: boolean
  /** @throws ToolError */
  run(work: Work): Promise<number>
}

const SHORT: Readonly<Record<string, string>> = {
  d: 'db',
  c: 'collection',
  u: 'username',
  p: 'password',
  h: 'host',
  q: 'query',
  o: 'out',
  f: 'fields',
}
const VALUED = [
  'host',
  'port',
  'uri',
  'username',
  'password',
  'authenticationDatabase',
  'authenticationMechanism',
  'db',
  'collection',
]
const FLAGS = ['help', 'version', 'quiet', 'verbose']

/** @throws ToolError */
function read(tool: Tool, words: readonly string[]): { given: Given; operands: string[] } {
  const valued = new Set([...VALUED, ...tool.valued])
  const flags = new Set([...FLAGS, ...tool.flags])
  const given: Record<string, string | true> = {}
  const operands: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, dashes = '', body = ''] = /^(--?)(.+)$/.exec(word) ?? []
    const [long = '', inline] = body.split(/=(.*)/s)
    const name = dashes === '-' ? (SHORT[long.slice(0, 1)] ?? long) : long
    const stuck = dashes === '-' && long.length > 1 && name !== long ? long.slice(1) : inline
    if (dashes === '') operands.push(word)
    else if (tool.optional?.includes(name)) given[name] = inline ?? true
    else if (flags.has(name)) given[name] = true
    else if (!valued.has(name)) throw new ToolError(`error parsing command line options: unknown option "${long}"`)
    else given[name] = stuck ?? words[++at] ?? ''
  }
  return { given, operands }
}

const text = (value: string | true | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/** From `--uri`, or from the options that say its parts. */
function targetOf(given: Given): Target & { readonly database: string | undefined } {
  const uri = /^mongodb:\/\/(?:([^:@]*)(?::([^@]*))?@)?([^:/,?]*)(?::(\d+))?[^/]*(?:\/([^?]*))?(?:\?(.*))?$/.exec(
    text(given.uri) ?? '',
  )
  const [, user, password, host, port, database, parameters] = uri ?? []
  const [ownHost, ownPort] = (text(given.host) ?? '').replace(/^[^/]*\//, '').split(':')
  const source = new URLSearchParams(parameters ?? '').get('authSource')
  return {
    host: ownHost || host || 'localhost',
    port: Number(text(given.port) ?? ownPort ?? port ?? 27017),
    user: text(given.username) ?? (user && decodeURIComponent(user)),
    password: text(given.password) ?? decodeURIComponent(password ?? ''),
    authDatabase: text(given.authenticationDatabase) ?? source ?? 'admin',
    database: database || undefined,
  }
}

/** A tool as a program: what all of MongoDB's database tools have in common. */
export const toolProgram = (tool: Tool): Program => ({
  name: `mongodb/${tool.name}`,
  paths: [`/usr/bin/${tool.name}`],
  covers: 'partial',
  lacks: tool.lacks,
  summary: tool.summary,
  sizeBytes: 16_000_000,
  rssBytes: 20 * 1024 * 1024,
  main: (process) => main(tool, process),
})

async function main(tool: Tool, process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  let quiet = false
  const tell = async (line: string): Promise<void> => {
    if (quiet) return
    await io.warn(`${new Date(sys.clock.now()).toISOString().replace('Z', '+0000')}\t${line}\n`)
  }
  try {
    const { given, operands } = read(tool, process.argv.slice(1))
    if (given.version)
      return await print(
        io,
        `${tool.name} version: ${VERSION}\ngit version: none\nGo version: go1.24.0\n   os: linux\n   arch: amd64\n   compiler: gc\n`,
      )
    if (given.help)
      return await print(
        io,
        `Usage:\n  ${tool.name} <options>\n\n${tool.summary}.\n\nOptions: ${[...VALUED, ...FLAGS, ...tool.valued, ...tool.flags].map((name) => `--${name}`).join(' ')}\n`,
      )
    quiet = given.quiet === true
    const { database, ...target } = targetOf(given)
    const asks = target.user !== undefined && target.password === ''
    const password = asks ? await askPassword(process, io, 'Enter password for mongo user:\n') : target.password
    const client = await ToolClient.open(sys, { ...target, password })
    if (tool.announces)
      await tell(
        `connected to: ${text(given.uri) ?? `mongodb://${target.host}${given.port ? `:${target.port}` : ''}/`}`,
      )
    const status = await tool.run({ process, io, client, given: { db: database, ...given }, operands, tell })
    client.close()
    await io.out.flush()
    return status
  } catch (error) {
    if (!(error instanceof ToolError) && !isErrno(error)) throw error
    await tell(`Failed: ${error.message}`)
    return 1
  }
}

async function print(io: Stdio, words: string): Promise<number> {
  await io.print(words)
  await io.out.flush()
  return 0
}
