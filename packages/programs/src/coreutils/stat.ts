import { isBlockDevice, isCharDevice, isErrno, isSymlink, type Stat, type StatFs } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { modeString } from '../format/mode-string.ts'
import { quote } from '../format/quote.ts'
import { strftime, timeZone, type Zone } from '../format/strftime.ts'
import { dirname } from '../paths.ts'
import { describeFile } from './file-kind.ts'
import { unescapeFormat } from './printf-escapes.ts'

const options = {
  dereference: flag('L', 'dereference'),
  fileSystem: flag('f', 'file-system'),
  format: value('c', 'format'),
  printf: value('', 'printf'),
  terse: flag('t', 'terse'),
}
type Context = ProgramContext<typeof options>

interface Subject {
  readonly path: string
  readonly stat: Stat
  readonly accounts: Accounts
  readonly zone: Zone
  readonly target: string | undefined
  mountPoint(): string
}

const when = (ms: number, zone: Zone): string => strftime('%Y-%m-%d %H:%M:%S.%N %z', ms, zone)
const seconds = (ms: number): string => String(Math.floor(ms / 1000))
const hex = (value: number): string => value.toString(16)
const major = (rdev: number): number => (rdev >> 8) & 0xfff
const minor = (rdev: number): number => rdev & 0xff

const FIELDS = new Map<string, (subject: Subject) => string | number>([
  ['a', ({ stat }) => (stat.mode & 0o7777).toString(8)],
  ['A', ({ stat }) => modeString(stat.mode)],
  ['b', ({ stat }) => stat.blocks],
  ['B', () => 512],
  ['C', () => '?'],
  ['d', ({ stat }) => stat.dev],
  ['D', ({ stat }) => hex(stat.dev)],
  ['f', ({ stat }) => hex(stat.mode)],
  ['F', ({ stat }) => describeFile(stat)],
  ['g', ({ stat }) => stat.gid],
  ['G', ({ stat, accounts }) => accounts.groupName(stat.gid) ?? 'UNKNOWN'],
  ['h', ({ stat }) => stat.nlink],
  ['i', ({ stat }) => stat.ino],
  ['m', (subject) => subject.mountPoint()],
  ['n', ({ path }) => path],
  ['N', ({ path, target }) => (target === undefined ? quote(path) : `${quote(path)} -> ${quote(target)}`)],
  ['o', ({ stat }) => stat.blksize],
  ['s', ({ stat }) => stat.size],
  ['t', ({ stat }) => hex(major(stat.rdev))],
  ['T', ({ stat }) => hex(minor(stat.rdev))],
  ['u', ({ stat }) => stat.uid],
  ['U', ({ stat, accounts }) => accounts.userName(stat.uid) ?? 'UNKNOWN'],
  ['w', ({ stat, zone }) => when(stat.ctimeMs, zone)],
  ['W', ({ stat }) => seconds(stat.ctimeMs)],
  ['x', ({ stat, zone }) => when(stat.atimeMs, zone)],
  ['X', ({ stat }) => seconds(stat.atimeMs)],
  ['y', ({ stat, zone }) => when(stat.mtimeMs, zone)],
  ['Y', ({ stat }) => seconds(stat.mtimeMs)],
  ['z', ({ stat, zone }) => when(stat.ctimeMs, zone)],
  ['Z', ({ stat }) => seconds(stat.ctimeMs)],
])

const FS_FIELDS = new Map<string, (path: string, fs: StatFs) => string | number>([
  ['n', (path) => path],
  ['i', () => '0'],
  ['l', () => 255],
  ['t', () => 'ef53'],
  ['T', (_, fs) => (fs.type === 'overlay' ? 'overlayfs' : fs.type === 'ext4' ? 'ext2/ext3' : fs.type)],
  ['s', (_, fs) => fs.blockBytes ?? 4096],
  ['S', (_, fs) => fs.blockBytes ?? 4096],
  ['b', (_, fs) => Math.floor(fs.totalBytes / (fs.blockBytes ?? 4096))],
  ['f', (_, fs) => Math.floor(fs.freeBytes / (fs.blockBytes ?? 4096))],
  ['a', (_, fs) => Math.floor((fs.availableBytes ?? fs.freeBytes) / (fs.blockBytes ?? 4096))],
  ['c', (_, fs) => fs.files],
  ['d', (_, fs) => fs.freeFiles],
])

function expand(format: string, field: (letter: string) => string | number | undefined): string {
  return format.replace(
    /%([-#0 +]*)(\d*)(?:\.(\d+))?(?:[HL](?=[dr]))?([a-zA-Z%])/g,
    (whole, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === '%') return '%'
      const value = field(letter)
      if (value === undefined) return letter === whole.slice(1) ? '?' : whole
      let text = String(value)
      if (precision !== undefined && 'XYZW'.includes(letter)) text += `.${'0'.repeat(Number(precision))}`
      if (flags.includes('#') && letter === 'a') text = `0${text}`
      return flags.includes('-')
        ? text.padEnd(Number(width))
        : text.padStart(Number(width), flags.includes('0') ? '0' : ' ')
    },
  )
}

const DEFAULT = `  File: %N
  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F
`
const DEVICE = 'Device: %Hd,%Ld\tInode: %-11i Links: %-5h'
const REST = `
Access: (%04a/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z
 Birth: %w
`
const TERSE = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n'
const FS_DEFAULT = `  File: "%n"
    ID: %-8i Namelen: %-7l Type: %T
Block size: %-10s Fundamental block size: %S
Blocks: Total: %-10b Free: %-10f Available: %a
Inodes: Total: %-10c Free: %d
`

function describe(subject: Subject, format: string): string {
  const { stat } = subject
  return expand(
    format
      .replaceAll('%Hd', String(major(stat.dev)))
      .replaceAll('%Ld', String(minor(stat.dev)))
      .replaceAll('%Hr', String(major(stat.rdev)))
      .replaceAll('%Lr', String(minor(stat.rdev))),
    (letter) => FIELDS.get(letter)?.(subject),
  )
}

function mountPointOf({ sys }: Context, path: string, stat: Stat): string {
  let at = sys.realpath(path)
  while (at !== '/') {
    const parent = dirname(at)
    if (sys.stat(parent).dev !== stat.dev) return at
    at = parent
  }
  return at
}

async function one(context: Context, accounts: Accounts, path: string): Promise<void> {
  const { sys, io, options: o, env } = context
  const custom = o.printf === undefined ? o.format : unescapeFormat(o.printf).text
  const end = o.printf === undefined ? '\n' : ''
  if (o.fileSystem) {
    const fs = sys.statfs(path)
    const shown = expand(custom ?? FS_DEFAULT, (letter) => FS_FIELDS.get(letter)?.(path, fs))
    await io.print(shown + (custom === undefined ? '' : end))
    return
  }
  const stat = path === '-' ? sys.fstat(0) : o.dereference ? sys.stat(path) : sys.lstat(path)
  const target = isSymlink(stat.mode) ? sys.readlink(path) : undefined
  const subject: Subject = {
    path,
    stat,
    accounts,
    zone: timeZone(env),
    target,
    mountPoint: () => mountPointOf(context, path, stat),
  }
  if (custom !== undefined) return void (await io.print(describe(subject, custom) + end))
  if (o.terse) return void (await io.print(describe(subject, TERSE)))
  const device = isCharDevice(stat.mode) || isBlockDevice(stat.mode) ? `${DEVICE} Device type: %Hr,%Lr` : DEVICE
  const heading = DEFAULT.replace('%N', target === undefined ? '%n' : `%n -> ${target.replaceAll('%', '%%')}`)
  await io.print(describe(subject, heading + device + REST))
}

/** stat: display file or file system status. GNU coreutils 9 stat. */
export const stat = defineProgram({
  name: 'coreutils/stat',
  paths: ['/usr/bin/stat'],
  covers: 'partial',
  lacks: ['--cached', 'fractions of seconds in %.X'],
  summary: 'display file or file system status',
  sizeBytes: 89352,
  usage: 'stat [OPTION]... FILE...',
  options,
  async main(context) {
    const { operands, sys, options: o } = context
    if (operands.length === 0) throw new UsageError('missing operand')
    const accounts = await Accounts.read(sys)
    let status = 0
    for (const path of operands)
      try {
        await one(context, accounts, path)
      } catch (error) {
        if (!isErrno(error) || error.code === 'EPIPE') throw error
        await context.fail(
          o.fileSystem
            ? `cannot read file system information for '${path}': ${error.message}`
            : `cannot statx '${path}': ${error.message}`,
        )
        status = 1
      }
    return status
  },
})
