import { isDirectory, isErrno, isRegular, isSymlink, type Stat } from '@drydock/abi'
import { statOr } from '../coreutils/copy-tree.ts'
import { dirname, join } from '../paths.ts'
import { fileList, type Item } from './file-list.ts'
import { excluder, type Rule } from './filters.ts'
import { type Change, Receiver } from './receiver.ts'

import { amount, sizeOf, STATUS, type TransferContext, VERSION, withPoint } from './options.ts'

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

export class Transfer {
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

export async function takeInto(
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
