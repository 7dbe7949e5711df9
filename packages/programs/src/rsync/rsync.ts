import { isErrno, isSymlink, SIGPIPE } from '@drydock/abi'
import { defineProgram, readTextFile } from '@drydock/libc'
import { modeString } from '../format/mode-string.ts'
import { strftime, timeZone } from '../format/strftime.ts'
import { fileList, type Item } from './file-list.ts'
import { excluder, ruleOf, type Rule } from './filters.ts'
import { Connection, pull, push, serve, type Talk } from './remote.ts'

import { amount, type Context, options, STATUS, type TransferContext, VERSION } from './options.ts'
import { takeInto, Transfer } from './transfer.ts'

async function rulesOf({ options: o, sys }: Context): Promise<Rule[]> {
  const fromFile = async (path: string): Promise<string[]> =>
    (await readTextFile(sys, path)).split('\n').filter((line) => line !== '' && !/^[#;]/.test(line))
  const read = async (paths: readonly string[], include: boolean): Promise<Rule[]> =>
    (await Promise.all(paths.map(fromFile))).flat().map((line) => ruleOf(line, include))
  return [
    ...o.filter.map((text) => ruleOf(text, false)),
    ...o.include.map((text) => ruleOf(text, true)),
    ...(await read(o.includeFrom, true)),
    ...o.exclude.map((text) => ruleOf(text, false)),
    ...(await read(o.excludeFrom, false)),
  ]
}

/** --list-only, or a source without a destination. */
async function listFiles(context: Context, sources: readonly string[], rules: readonly Rule[]): Promise<number> {
  const { sys, io, options: o, env } = context
  const excluded = excluder(rules)
  let status = 0
  for (const source of sources) {
    const problem = async (message: string): Promise<void> => {
      status = STATUS.partial
      await io.warn(`${message}\n`)
    }
    const recursive = o.recursive + o.archive > 0
    const listing = {
      recursive: true,
      relative: false,
      copyLinks: false,
      excluded,
      problem,
      skipped: async () => undefined,
    }
    for await (const { name, stat, path } of fileList(sys, source, listing)) {
      if (!recursive && name.includes('/')) continue
      const time = strftime('%Y/%m/%d %H:%M:%S', stat.mtimeMs, timeZone(env))
      const link = isSymlink(stat.mode) && o.links + o.archive > 0 ? ` -> ${sys.readlink(path)}` : ''
      await io.print(`${modeString(stat.mode)} ${amount(stat.size, false).padStart(14)} ${time} ${name}${link}\n`)
    }
  }
  return status
}

const isRemote = (word: string): boolean => /^[^/]*:/.test(word)

const shellWord = (word: string): string =>
  /^[\w./~*?=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The options that the other end is to heed, in words. Files of patterns were read here. */
function wordsFor({ options: o, operands }: Context): string[] {
  const values = o as unknown as Readonly<Record<string, unknown>>
  const lists = operands.length === 1 && o.listOnly === 0 ? ['--list-only'] : []
  const words = Object.entries(options).flatMap(([name, spec]) => {
    const given = values[name]
    if (
      [
        'server',
        'sender',
        'version',
        'excludeFrom',
        'includeFrom',
        'exclude',
        'include',
        'filter',
        'shell',
        'rsyncPath',
      ].includes(name)
    )
      return []
    const word = spec.long === undefined ? `-${spec.short}` : `--${spec.long}`
    if (typeof given === 'number') return Array.from({ length: given }, () => word)
    if (Array.isArray(given)) return given.map((each) => `${word}=${each}`)
    return typeof given === 'string' ? [`${word}=${given}`] : []
  })
  return [...words, ...lists]
}

function hostAndPath(word: string): { host: string; path: string } {
  const at = word.indexOf(':')
  return { host: word.slice(0, at), path: word.slice(at + 1) }
}

/** rsync --server: what the client's end has sent is taken, or what it asks for is sent. */
async function serverMain(context: Context): Promise<number> {
  const { sys } = context
  const at = (path: string): string => (path === '' ? '.' : path.replace(/^~(?=\/|$)/, context.env.get('HOME') ?? '/'))
  const speaking = (talk: Talk): TransferContext => ({ ...context, io: { ...talk, out: { flush: () => undefined } } })
  return serve(sys, {
    async list(paths, rules, talk) {
      const transfer = new Transfer(speaking(talk), rules)
      const items = await transfer.items(paths.map(at))
      return { items, status: transfer.hasFailed ? STATUS.partial : 0 }
    },
    take: (items, destination, rules, talk) => takeInto(speaking(talk), rules, [], at(destination), items),
  })
}

/** Why the other end said nothing. */
async function closed({ io }: Context, status: number, side: string): Promise<number> {
  const reason =
    status === 127
      ? 'remote command not found'
      : status === 255
        ? 'unexplained error'
        : 'error in rsync protocol data stream'
  const code = status === 127 || status === 255 ? status : 12
  await io.out.flush()
  await io.warn(
    `rsync: connection unexpectedly closed (0 bytes received so far) [${side}]\nrsync error: ${reason} (code ${code}) at io.c(231) [${side}=${VERSION}]\n`,
  )
  return code
}

async function remoteMain(context: Context, rules: readonly Rule[]): Promise<number> {
  const { sys, io, options: o, operands, env } = context
  const destination = operands.at(-1) ?? ''
  const sources = operands.length > 1 ? operands.slice(0, -1) : operands
  const pushes = operands.length > 1 && isRemote(destination)
  if (pushes && sources.some(isRemote)) {
    await io.warn(
      `The source and destination cannot both be remote.\nrsync error: syntax or usage error (code ${STATUS.usage}) at main.c(1428) [Receiver=${VERSION}]\n`,
    )
    return STATUS.usage
  }
  if (operands.some((word) => /^[^/]*::/.test(word) || word.startsWith('rsync://'))) {
    await io.warn(
      `rsync: daemons cannot be reached here: use HOST:PATH\nrsync error: error in socket IO (code 10) at clientserver.c(139) [Receiver=${VERSION}]\n`,
    )
    return 10
  }
  const { host } = hostAndPath(pushes ? destination : (sources[0] ?? ''))
  const shell = (o.shell ?? env.get('RSYNC_RSH') ?? 'ssh').split(/\s+/).filter(Boolean)
  const command = [o.rsyncPath ?? 'rsync', '--server', ...(pushes ? [] : ['--sender']), ...wordsFor(context), '.']
    .map(shellWord)
    .join(' ')
  const paths = pushes ? [hostAndPath(destination).path || '.'] : sources.map((word) => hostAndPath(word).path || '.')
  const verbose = o.verbose > 0 || o.progress + o.partialProgress > 0
  const opening =
    verbose && o.recursive + o.archive > 0 ? `${pushes ? 'sending' : 'receiving'} incremental file list\n` : ''
  const sender = new Transfer(context, rules)
  const items = pushes ? await sender.items(sources) : []
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  const side = pushes ? 'sender' : 'Receiver'
  let connection: Connection
  try {
    connection = await Connection.open(sys, env, shell, host, command)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(
      `rsync: [${side}] Failed to exec ${shell[0]}: ${error.message} (${error.errno})\nrsync error: error in IPC code (code 14) at pipe.c(85) [${side}=${VERSION}]\n`,
    )
    return 14
  }
  if (pushes) {
    const talk: Talk = {
      print: (text) => say(text),
      warn: async (text) => void (await io.out.flush(), await io.warn(text)),
    }
    let told = opening === ''
    const say = async (text: string): Promise<void> => {
      if (!told) await io.print(opening)
      told = true
      await io.print(text)
    }
    const status = await push(sys, connection.frames, { sender: false, paths, rules }, items, talk)
    const ended = await connection.close()
    return status === undefined ? closed(context, ended, 'sender') : status || (sender.hasFailed ? STATUS.partial : 0)
  }
  const talk: Talk = {
    print: async (text) => void (await io.print(text)),
    warn: async (text) => void (await io.warn(text)),
  }
  const found = await pull(connection.frames, { sender: true, paths, rules }, talk)
  if (!found) return closed(context, await connection.close(), 'Receiver')
  await io.print(opening)
  const status =
    o.listOnly || operands.length === 1
      ? await printList(context, found.items)
      : await takeInto(context, rules, sources, destination, found.items)
  await connection.close()
  if (found.status !== 0)
    await io.warn(
      `rsync error: some files/attrs were not transferred (see previous errors) (code ${STATUS.partial}) at main.c(1865) [Receiver=${VERSION}]\n`,
    )
  return status || found.status
}

async function printList({ io, options: o, env }: Context, items: readonly Item[]): Promise<number> {
  for (const { name, stat, link } of items) {
    if (o.recursive + o.archive === 0 && name.includes('/')) continue
    const time = strftime('%Y/%m/%d %H:%M:%S', stat.mtimeMs, timeZone(env))
    const target = link !== undefined && o.links + o.archive > 0 ? ` -> ${link}` : ''
    await io.print(`${modeString(stat.mode)} ${amount(stat.size, false).padStart(14)} ${time} ${name}${target}\n`)
  }
  return 0
}

async function main(context: Context): Promise<number> {
  const { io, options: o, operands } = context
  if (o.version) {
    await io.print(`rsync  version ${VERSION}  protocol version 31\n`)
    return 0
  }
  if (operands.length === 0 && o.server === 0) {
    await io.print(`rsync  version ${VERSION}  protocol version 31\n\nUsage: rsync [OPTION]... SRC [SRC]... DEST\n`)
    await io.out.flush()
    await io.warn(`rsync error: syntax or usage error (code ${STATUS.usage}) at main.c(1777) [client=${VERSION}]\n`)
    return STATUS.usage
  }
  if (o.server > 0) return serverMain(context)
  const rules = await rulesOf(context)
  if (operands.some(isRemote)) return remoteMain(context, rules)
  if (o.listOnly || operands.length === 1)
    return listFiles(context, o.listOnly && operands.length > 1 ? operands.slice(0, -1) : operands, rules)
  return takeInto(context, rules, operands.slice(0, -1), operands.at(-1) ?? '')
}

/** rsync: copies what differs. rsync 3.2.7, on one machine or two. */
export const rsync = defineProgram({
  name: 'rsync/rsync',
  paths: ['/usr/bin/rsync'],
  covers: 'partial',
  lacks: [
    'daemons: HOST::MODULE; files go over whole, not by their differences',
    'counts of bytes sent are estimates',
    'hard links (-H), ACLs and xattrs',
    '--files-from, --fuzzy and merge files of filters',
  ],
  summary: 'a fast, versatile file-copying tool',
  usage: 'rsync [OPTION]... SRC [SRC]... DEST',
  sizeBytes: 530_088,
  usageStatus: STATUS.usage,
  hint: () => `rsync error: syntax or usage error (code 1) at main.c(1795) [client=${VERSION}]\n`,
  options,
  main,
})
