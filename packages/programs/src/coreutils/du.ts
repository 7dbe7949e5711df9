import { isDirectory, isErrno, isRegular, type Stat } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { busyboxHumanSize, humanSize } from '../format/human-size.ts'
import { parseSize } from '../format/parse-size.ts'
import { join } from '../paths.ts'
import { globMatcher } from '../text/glob.ts'

const options = {
  all: flag('a', 'all'),
  apparent: flag('', 'apparent-size'),
  blockSize: value('B', 'block-size'),
  bytes: flag('b', 'bytes'),
  total: flag('c', 'total'),
  dereferenceArgs: flag('DH', 'dereference-args'),
  depth: value('d', 'max-depth'),
  human: flag('h', 'human-readable'),
  si: flag('', 'si'),
  kibibytes: flag('k'),
  mebibytes: flag('m'),
  countLinks: flag('l', 'count-links'),
  dereference: flag('L', 'dereference'),
  noDereference: flag('P', 'no-dereference'),
  separate: flag('S', 'separate-dirs'),
  summarize: flag('s', 'summarize'),
  threshold: value('t', 'threshold'),
  oneFileSystem: flag('x', 'one-file-system'),
  exclude: list('', 'exclude'),
  null: flag('0', 'null'),
  inodes: flag('', 'inodes'),
}
type Context = ProgramContext<typeof options>

class Counter {
  failed = false
  private readonly seen = new Set<string>()
  private readonly context: Context
  private readonly show: (bytes: number) => string
  private readonly depth: number
  private readonly excluded: readonly ((name: string) => boolean)[]
  constructor(context: Context, show: (bytes: number) => string) {
    const { options: o } = context
    this.context = context
    this.show = show
    this.depth = o.summarize ? 0 : Number(o.depth ?? Infinity)
    this.excluded = o.exclude.map((glob) => globMatcher(glob))
  }

  async print(bytes: number, path: string): Promise<void> {
    await this.context.io.print(`${this.show(bytes)}\t${path}${this.context.options.null ? '\0' : '\n'}`)
  }

  private size(stat: Stat): number {
    const { options: o } = this.context
    if (o.inodes) return 1
    if (!(o.apparent || o.bytes)) return stat.blocks * 512
    return isRegular(stat.mode) || isDirectory(stat.mode) ? stat.size : 0
  }

  /** @returns bytes of the file and of all below */
  async count(path: string, depth: number, device = -1): Promise<number> {
    const { sys, options: o, fail } = this.context
    try {
      const stat = o.dereference || (o.dereferenceArgs && depth === 0) ? sys.stat(path) : sys.lstat(path)
      if (o.oneFileSystem && device >= 0 && stat.dev !== device) return 0
      const folder = isDirectory(stat.mode)
      const key = `${stat.dev}:${stat.ino}`
      if (!o.countLinks && (folder || stat.nlink > 1)) {
        if (this.seen.has(key)) return 0
        this.seen.add(key)
      }
      let bytes = this.size(stat)
      let below = 0
      if (folder)
        for (const { name } of sys.readdir(path)) {
          if (this.excluded.some((is) => is(name))) continue
          const inner = join(path, name)
          const counted = await this.count(inner, depth + 1, stat.dev)
          if (o.separate && isDirectory(sys.lstat(inner).mode)) below += counted
          else bytes += counted
        }
      const pause = sys.tick()
      if (pause) await pause
      if ((folder || o.all || depth === 0) && depth <= this.depth) await this.print(bytes, path)
      return bytes + below
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      this.failed = true
      await fail(
        error.code === 'EACCES'
          ? `cannot read directory '${path}': ${error.message}`
          : `cannot access '${path}': ${error.message}`,
      )
      return 0
    }
  }
}

function formatter({ options: o }: Context, busybox: boolean): (bytes: number) => string {
  if (o.human) return busybox ? busyboxHumanSize : (bytes) => humanSize(bytes)
  if (o.si) return (bytes) => humanSize(bytes, 1000)
  const asked =
    o.blockSize === undefined ? undefined : parseSize(/^\d/.test(o.blockSize) ? o.blockSize : `1${o.blockSize}`)
  if (o.inodes) return String
  const unit = asked ?? (o.bytes ? 1 : o.mebibytes ? 1024 ** 2 : 1024)
  const suffix = /^[A-Za-z]/.test(o.blockSize ?? '') ? o.blockSize : ''
  return (bytes) => `${Math.ceil(bytes / unit)}${suffix}`
}

async function duMain(context: Context, busybox: boolean): Promise<number> {
  const { operands, options: o } = context
  if (o.depth !== undefined && !/^\d+$/.test(o.depth)) {
    await context.fail(`invalid maximum depth '${o.depth}'`)
    return 1
  }
  const counter = new Counter(context, formatter(context, busybox))
  let total = 0
  for (const path of operands.length ? operands : ['.']) total += await counter.count(path.replace(/(.)\/+$/, '$1'), 0)
  if (o.total) await counter.print(total, 'total')
  return counter.failed ? 1 : 0
}

/** du: estimate space of files. GNU coreutils 9 du. */
export const du = defineProgram({
  name: 'coreutils/du',
  paths: ['/usr/bin/du'],
  covers: 'partial',
  lacks: ['--time', '--threshold', '--files0-from'],
  summary: 'estimate file space usage',
  sizeBytes: 154456,
  usage: 'du [OPTION]... [FILE]...',
  options,
  main: (context) => duMain(context, false),
})
export const busyboxDu = defineProgram({
  name: 'busybox/du',
  paths: ['/usr/bin/du'],
  covers: 'partial',
  summary: 'summarize disk space (busybox)',
  sizeBytes: 808712,
  usage: 'du [-aHLdclsxhmk] [FILE]...',
  options,
  main: (context) => duMain(context, true),
})
