import { isDirectory, isErrno, isRegular, isSymlink, SIGPIPE, type Stat } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, readTextFile, value } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { modeString } from '../format/mode-string.ts'
import { strftime, timeZone } from '../format/strftime.ts'
import { dirname, join } from '../paths.ts'
import { fileList, type Item } from './file-list.ts'
import { excluder, ruleOf, type Rule } from './filters.ts'
import { type Change, Receiver } from './receiver.ts'
import { Connection, pull, push, serve, type Talk } from './remote.ts'

const VERSION = '3.2.7'

const options = {
  archive: flag('a', 'archive'),
  recursive: flag('r', 'recursive'),
  links: flag('l', 'links'),
  copyLinks: flag('L', 'copy-links'),
  perms: flag('p', 'perms'),
  times: flag('t', 'times'),
  group: flag('g', 'group'),
  owner: flag('o', 'owner'),
  devices: flag('D'),
  hardLinks: flag('H', 'hard-links'),
  acls: flag('A', 'acls'),
  xattrs: flag('X', 'xattrs'),
  verbose: flag('v', 'verbose'),
  quiet: flag('q', 'quiet'),
  human: flag('h', 'human-readable'),
  itemize: flag('i', 'itemize-changes'),
  dryRun: flag('n', 'dry-run'),
  compress: flag('z', 'compress'),
  checksum: flag('c', 'checksum'),
  update: flag('u', 'update'),
  ignoreTimes: flag('I', 'ignore-times'),
  sizeOnly: flag('', 'size-only'),
  existing: flag('', 'existing'),
  ignoreExisting: flag('', 'ignore-existing'),
  removeSources: flag('', 'remove-source-files'),
  delete: flag('', 'delete'),
  del: flag('', 'del'),
  deleteBefore: flag('', 'delete-before'),
  deleteAfter: flag('', 'delete-after'),
  deleteExcluded: flag('', 'delete-excluded'),
  relative: flag('R', 'relative'),
  omitFolderTimes: flag('O', 'omit-dir-times'),
  wholeFile: flag('W', 'whole-file'),
  progress: flag('', 'progress'),
  partialProgress: flag('P'),
  partial: flag('', 'partial'),
  stats: flag('', 'stats'),
  listOnly: flag('', 'list-only'),
  mkpath: flag('', 'mkpath'),
  numericIds: flag('', 'numeric-ids'),
  inplace: flag('', 'inplace'),
  noPerms: flag('', 'no-perms'),
  noOwner: flag('', 'no-owner'),
  noGroup: flag('', 'no-group'),
  noTimes: flag('', 'no-times'),
  noLinks: flag('', 'no-links'),
  shell: value('e', 'rsh'),
  bandwidth: value('', 'bwlimit'),
  exclude: list('', 'exclude'),
  excludeFrom: list('', 'exclude-from'),
  include: list('', 'include'),
  includeFrom: list('', 'include-from'),
  filter: list('f', 'filter'),
  version: flag('V', 'version'),
  server: flag('', 'server'),
  sender: flag('', 'sender'),
  rsyncPath: value('', 'rsync-path'),
  backup: flag('b', 'backup'),
  suffix: value('', 'suffix'),
  backupDir: value('', 'backup-dir'),
  maxSize: value('', 'max-size'),
  minSize: value('', 'min-size'),
  outFormat: value('', 'out-format'),
  info: list('', 'info'),
  timeout: value('', 'timeout'),
  chmod: list('', 'chmod'),
  linkDest: list('', 'link-dest'),
}
type Context = ProgramContext<typeof options>
/** Words may go to another machine. */
interface Voice extends Talk {
  readonly out: { flush(): unknown }
}
type TransferContext = Omit<Context, 'io'> & { readonly io: Voice }

/** rsync(1), "EXIT VALUES": usage, file I/O, a part was not sent. */
const STATUS = { usage: 1, files: 11, partial: 23 } as const

/** `10M`: units of 1024, `KB` and `MB` of 1000. */
function sizeOf(text: string | undefined, otherwise: number): number {
  const [, number, unit = '', b] = /^([\d.]+)([kmgt]?)(b?)/i.exec(text ?? '') ?? []
  if (number === undefined) return otherwise
  return Math.floor(Number(number) * (b ? 1000 : 1024) ** ' kmgt'.indexOf(unit.toLowerCase() || ' '))
}

/** Digits in groups of three, or with -h the largest unit of 1000. */
function amount(bytes: number, human: boolean): string {
  if (!human || bytes < 1000) return String(bytes).replace(/\B(?=(\d{3})+$)/g, ',')
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(2)}${'KMGT'.charAt(power - 1)}`
}

const withPoint = (number: number): string => number.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',')

interface Counts {
  regular: number
  folders: number
  links: number
  special: number
}
const none = (): Counts => ({ regular: 0, folders: 0, links: 0, special: 0 })

function count(counts: Counts, { mode }: Stat): void {
  if (isRegular(mode)) counts.regular++
  else if (isDirectory(mode)) counts.folders++
  else if (isSymlink(mode)) counts.links++
  else counts.special++
}

function countText({ regular, folders, links, special }: Counts): string {
  const parts = [
    ['reg', regular],
    ['dir', folders],
    ['link', links],
    ['special', special],
  ] as const
  const shown = parts.filter(([, number]) => number > 0).map(([name, number]) => `${name}: ${number}`)
  return `${regular + folders + links + special}${shown.length ? ` (${shown.join(', ')})` : ''}`
}

class Transfer {
  private failed = false
  private total = 0
  private sent = 0
  private transferred = 0
  private deleted = 0
  private readonly all = none()
  private readonly made = none()
  private readonly context: TransferContext
  private readonly receiver: Receiver
  private readonly rules: readonly Rule[]
  private readonly excluded: (name: string, folder: boolean) => boolean
  private readonly startMs: number

  constructor(context: TransferContext, rules: readonly Rule[]) {
    const { options: o, sys } = context
    const all = o.archive > 0
    this.context = context
    this.rules = rules
    this.excluded = excluder(rules)
    this.startMs = sys.clock.monotonic()
    this.receiver = new Receiver(sys, {
      links: (all || o.links > 0) && o.noLinks === 0,
      perms: (all || o.perms > 0) && o.noPerms === 0,
      times: (all || o.times > 0) && o.noTimes === 0,
      owner: (all || o.owner > 0) && o.noOwner === 0,
      group: (all || o.group > 0) && o.noGroup === 0,
      special: all || o.devices > 0,
      checksum: o.checksum > 0,
      ignoreTimes: o.ignoreTimes > 0,
      sizeOnly: o.sizeOnly > 0,
      update: o.update > 0,
      existing: o.existing > 0,
      ignoreExisting: o.ignoreExisting > 0,
      dryRun: o.dryRun > 0,
      omitFolderTimes: o.omitFolderTimes > 0,
      backup:
        o.backup > 0 ? { suffix: o.suffix ?? (o.backupDir === undefined ? '~' : ''), folder: o.backupDir } : undefined,
      linkDest: o.linkDest,
      chmod: o.chmod.flatMap((each) => each.split(',')),
    })
  }

  /** --max-size and --min-size look at files alone. */
  private isOutOfSize({ stat }: Item): boolean {
    const { options: o } = this.context
    if (!isRegular(stat.mode)) return false
    return stat.size > sizeOf(o.maxSize, Number.POSITIVE_INFINITY) || stat.size < sizeOf(o.minSize, 0)
  }

  private get keepsLinks(): boolean {
    const { options: o } = this.context
    return (o.archive > 0 || o.links > 0) && o.noLinks === 0
  }

  private async say(text: string): Promise<void> {
    if (this.context.options.quiet === 0) await this.context.io.print(text)
  }

  /** @param given  items of another machine, in place of what the sources are here */
  async run(sources: readonly string[], destination: string, given?: readonly Item[]): Promise<number> {
    const { options: o } = this.context
    const verbose = o.verbose > 0 || o.progress + o.partialProgress > 0
    if (verbose && o.recursive + o.archive > 0 && !given) await this.say('sending incremental file list\n')
    this.receiver.root = destination
    const found = given ?? (await this.items(sources))
    if (given) for (const { stat } of given) count(this.all, stat)
    const target = await this.target(found, sources, destination, verbose)
    const items: Item[] = []
    for (const item of found)
      if (this.isOutOfSize(item)) continue
      else if (!isSymlink(item.stat.mode) || this.keepsLinks) items.push(item)
      else {
        this.total += item.stat.size
        await this.say(`skipping non-regular file "${item.name}"\n`)
      }
    if (o.delete + o.del + o.deleteBefore + o.deleteAfter + o.deleteExcluded > 0) await this.clean(items, destination)
    for (const [at, item] of items.entries()) await this.one(item, target(item), items.length - at - 1, items.length)
    this.receiver.finish()
    if (o.stats) await this.tellStats()
    if (verbose || o.stats) await this.tellTotals()
    if (!this.failed) return 0
    await this.error(
      'some files/attrs were not transferred (see previous errors)',
      STATUS.partial,
      'main.c(1338) [sender',
    )
    return STATUS.partial
  }

  private async error(text: string, status: number, where: string): Promise<void> {
    await this.context.io.out.flush()
    await this.context.io.warn(`rsync error: ${text} (code ${status}) at ${where}=${VERSION}]\n`)
  }

  get hasFailed(): boolean {
    return this.failed
  }

  async items(sources: readonly string[]): Promise<Item[]> {
    const { options: o, sys, io } = this.context
    const items: Item[] = []
    for (const source of sources)
      for await (const item of fileList(sys, source, {
        recursive: o.recursive > 0 || o.archive > 0 || (o.server > 0 && o.listOnly > 0),
        relative: o.relative > 0,
        copyLinks: o.copyLinks > 0,
        excluded: this.excluded,
        problem: async (message) => {
          this.failed = true
          await io.out.flush()
          await io.warn(`${message}\n`)
        },
        skipped: (path) => this.say(`skipping directory ${path}\n`),
      }))
        items.push(item)
    for (const { stat } of items) count(this.all, stat)
    return items
  }

  /** Where each item goes: a single file may get another name. */
  private async target(
    items: readonly Item[],
    sources: readonly string[],
    destination: string,
    verbose: boolean,
  ): Promise<(item: Item) => string> {
    const { sys, options: o } = this.context
    const there = statOr(sys, destination, true)
    const [only] = items
    const single = sources.length <= 1 && only !== undefined && items.length === 1 && !isDirectory(only.stat.mode)
    if (single && !destination.endsWith('/') && !isDirectory(there?.mode ?? 0)) return () => destination
    if (!there && items.length > 0) {
      if (!o.dryRun) this.makeDestination(destination.replace(/(.)\/+$/, '$1'))
      if ((verbose || o.itemize) && items.length > 1)
        await this.say(`created directory ${destination.replace(/(.)\/+$/, '$1')}\n`)
    }
    const created = !there
    return ({ name, stat }) => {
      if (name === '.' && created) count(this.made, stat)
      return name === '.' ? destination : join(destination, name)
    }
  }

  private makeDestination(path: string): void {
    const { sys, options: o } = this.context
    if (o.mkpath && !statOr(sys, dirname(path), true)) this.makeDestination(dirname(path))
    sys.mkdir(path, 0o777)
    this.fresh = path
  }
  /** The destination where it was made for this transfer: it counts as new. */
  private fresh: string | undefined

  /** --delete: in each folder that is sent, what the source has not. */
  private async clean(items: readonly Item[], destination: string): Promise<void> {
    const { options: o } = this.context
    const kept = new Set(items.map(({ name }) => name))
    const isProtected = o.deleteExcluded ? () => false : excluder(this.rules)
    for (const { name, stat } of items) {
      if (!isDirectory(stat.mode)) continue
      const path = name === '.' ? destination : join(destination, name)
      await this.receiver.removeOthers(path, name, kept, isProtected, async (gone) => {
        this.deleted++
        if (o.itemize) await this.say(`*deleting   ${gone}\n`)
        else if (o.verbose) await this.say(`deleting ${gone}\n`)
      })
    }
  }

  private async one(item: Item, path: string, left: number, all: number): Promise<void> {
    const { sys } = this.context
    if (isRegular(item.stat.mode) || isSymlink(item.stat.mode)) this.total += item.stat.size
    try {
      const change = await this.receiver.take(item, path)
      const fresh = item.name === '.' && this.fresh !== undefined
      const shown = fresh ? { flags: 'cd+++++++++', sent: false, created: false } : change
      if (shown) await this.changed(item, shown, left, all)
      if (this.context.options.removeSources && !isDirectory(item.stat.mode)) await this.removeSource(item)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.failed = true
      const full = path.startsWith('/') ? path : join(sys.getcwd(), path)
      await this.context.io.out.flush()
      await this.context.io.warn(`rsync: [receiver] mkstemp "${full}" failed: ${error.message} (${error.errno})\n`)
    }
  }

  private async removeSource({ path, remove }: Item): Promise<void> {
    if (this.context.options.dryRun > 0) return
    if (remove) await remove()
    else this.context.sys.unlink(path)
  }

  private async changed(item: Item, { flags, sent, created }: Change, left: number, all: number): Promise<void> {
    const { options: o, sys } = this.context
    const { mode, size } = item.stat
    if (created) count(this.made, item.stat)
    if (sent) {
      this.transferred++
      this.sent += size
    }
    const name = isDirectory(mode) ? `${item.name}/` : item.name
    const link = isSymlink(mode) ? ` -> ${item.link ?? sys.readlink(item.path)}` : ''
    const listed = sent || isDirectory(mode) || created || flags.startsWith('c')
    const way = o.server > 0 ? flags.replace('>', '<') : flags
    if (o.outFormat !== undefined) await this.say(`${this.formatted(o.outFormat, { item, name, link, flags: way })}\n`)
    else if (o.itemize) await this.say(`${way} ${name}${link}\n`)
    else if ((o.verbose > 0 || o.progress + o.partialProgress > 0) && listed) await this.say(`${name}${link}\n`)
    if (sent && o.progress + o.partialProgress > 0) await this.say(this.progressLine(size, left, all))
  }

  /** --out-format, as far as log formats go: rsyncd.conf(5), "log format". */
  private formatted(
    format: string,
    { item, name, link, flags }: { item: Item; name: string; link: string; flags: string },
  ): string {
    const fields: Readonly<Record<string, string>> = {
      n: name,
      f: item.path,
      i: flags,
      L: link,
      l: String(item.stat.size),
      o: 'send',
      '%': '%',
    }
    return format.replace(/%([nfiLlo%])/g, (_, letter: string) => fields[letter] ?? '')
  }

  private progressLine(size: number, left: number, all: number): string {
    const bytes = amount(size, this.context.options.human > 0).padStart(15)
    return `\r${bytes} 100%    0.00kB/s    0:00:00 (xfr#${this.transferred}, to-chk=${left}/${all})\n`
  }

  /** What would have gone over a connection: names and attributes besides the data. */
  private get traffic(): { readonly sent: number; readonly received: number } {
    const entries = this.all.regular + this.all.folders + this.all.links
    return {
      sent: 60 + this.sent + 24 * entries + 38 * this.transferred,
      received: 12 + 19 * this.transferred + 4 * this.made.folders,
    }
  }

  private async tellStats(): Promise<void> {
    const human = this.context.options.human > 0
    const { sent, received } = this.traffic
    await this.say(
      `\nNumber of files: ${countText(this.all)}\nNumber of created files: ${countText(this.made)}\n` +
        `Number of deleted files: ${this.deleted}\nNumber of regular files transferred: ${this.transferred}\n` +
        `Total file size: ${amount(this.total, human)} bytes\nTotal transferred file size: ${amount(this.sent, human)} bytes\n` +
        `Literal data: ${amount(this.sent, human)} bytes\nMatched data: 0 bytes\nFile list size: 0\n` +
        `File list generation time: 0.001 seconds\nFile list transfer time: 0.000 seconds\n` +
        `Total bytes sent: ${amount(sent, human)}\nTotal bytes received: ${amount(received, human)}\n`,
    )
  }

  private async tellTotals(): Promise<void> {
    const { options: o, sys } = this.context
    const human = o.human > 0
    const { sent, received } = this.traffic
    const seconds = 0.5 + Math.floor((sys.clock.monotonic() - this.startMs) / 1000)
    const speedup = this.total / (sent + received)
    await this.say(
      `\nsent ${amount(sent, human)} bytes  received ${amount(received, human)} bytes  ${withPoint((sent + received) / seconds)} bytes/sec\n` +
        `total size is ${amount(this.total, human)}  speedup is ${withPoint(speedup)}${o.dryRun ? ' (DRY RUN)' : ''}\n`,
    )
  }
}

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

async function takeInto(
  context: TransferContext,
  rules: readonly Rule[],
  sources: readonly string[],
  destination: string,
  given?: readonly Item[],
): Promise<number> {
  try {
    return await new Transfer(context, rules).run(sources, destination, given)
  } catch (error) {
    if (!isErrno(error)) throw error
    const full = destination.startsWith('/') ? destination : join(context.sys.getcwd(), destination)
    await context.io.out.flush()
    await context.io.warn(`rsync: [Receiver] mkdir "${full}" failed: ${error.message} (${error.errno})\n`)
    await context.io.warn(`rsync error: error in file IO (code ${STATUS.files}) at main.c(787) [Receiver=${VERSION}]\n`)
    return STATUS.files
  }
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
