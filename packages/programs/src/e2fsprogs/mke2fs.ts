import { isErrno, O_CREAT, O_RDWR, type Sys } from '@drydock/abi'
import {
  EXT4_OFFSET,
  type Ext4Geometry,
  ext4Geometry,
  type Ext4Wish,
  parseUuid,
  randomUuid,
  readExt4,
  uuidText,
  writeExt4,
} from '@drydock/codec/disk'
import { defineProgram, flag, list, type ProgramContext, Stdio, value } from '@drydock/libc'
import { mountPointOf, withDisk } from '../util-linux/disk-file.ts'
import { blockWord, timeText, VERSION } from './words.ts'

const USAGE = (name: string): string => `Usage: ${name} [-c|-l filename] [-b block-size] [-C cluster-size]
\t[-i bytes-per-inode] [-I inode-size] [-J journal-options]
\t[-G flex-group-size] [-N number-of-inodes] [-d root-directory]
\t[-m reserved-blocks-percentage] [-o creator-os]
\t[-g blocks-per-group] [-L volume-label] [-M last-mounted-directory]
\t[-O feature[,...]] [-r fs-revision] [-E extended-option[,...]]
\t[-t fs-type] [-T usage-type ] [-U UUID] [-e errors_behavior][-z undo_file]
\t[-jnqvDFSV] device [blocks-count]
`

const options = {
  check: flag('c'),
  block: value('b'),
  cluster: value('C'),
  ratio: value('i'),
  inodeSize: value('I'),
  journalOptions: value('J'),
  flexGroup: value('G'),
  inodes: value('N'),
  root: value('d'),
  reserved: value('m'),
  os: value('o'),
  group: value('g'),
  label: value('L'),
  last: value('M'),
  features: list('O'),
  revision: value('r'),
  extended: value('E'),
  type: value('t'),
  usageType: value('T'),
  uuid: value('U'),
  errors: value('e'),
  undo: value('z'),
  journal: flag('j'),
  noAct: flag('n'),
  quiet: flag('q'),
  verbose: flag('v'),
  force: flag('F'),
  superOnly: flag('S'),
  version: flag('V'),
  direct: flag('D'),
} as const
type Context = ProgramContext<typeof options>

const KINDS: ReadonlySet<string> = new Set(['ext2', 'ext3', 'ext4'])

/** Digits that are taken back: what a terminal shows while it counts. */
function counted(message: string, total: number, width: number): string {
  const text = `${'0'.padStart(width)}/${String(total).padStart(width)}`
  const back = '\b'.repeat(text.length)
  return `${message}${text}${back}${' '.repeat(text.length)}${back}done${' '.repeat(28)}\n`
}

const lineOf = (values: readonly number[]): string => {
  const lines = ['']
  for (const block of values) {
    const word = `${lines.at(-1) === '' ? '' : ', '}${block}`
    if ((lines.at(-1) ?? '').length + word.length > 62) lines.push(String(block))
    else lines[lines.length - 1] += word
  }
  return lines.map((line, at) => `\t${line}${at < lines.length - 1 ? ', ' : ''}\n`).join('')
}

function report(geometry: Ext4Geometry, uuid: string, discards: boolean): string {
  const { blocks, inodes, groups, blockSize, backups, journalBlocks } = geometry
  const width = String(groups).length
  const steps = ['Allocating group tables: ', 'Writing inode tables: ']
  const last = 'Writing superblocks and filesystem accounting information: '
  return [
    discards ? counted('Discarding device blocks: ', blocks, String(blocks).length) : '',
    `Creating filesystem with ${blocks} ${blockWord(blockSize)} blocks and ${inodes} inodes\n`,
    backups.length > 0 ? `Filesystem UUID: ${uuid}\nSuperblock backups stored on blocks: \n${lineOf(backups)}` : '',
    '\n',
    ...steps.map((message) => counted(message, groups, width)),
    journalBlocks > 0 ? `Creating journal (${journalBlocks} blocks): done\n` : '',
    `${counted(last, groups, width).trimEnd()}\n\n`,
  ].join('')
}

async function inTheWay(context: Context, path: string): Promise<string | undefined> {
  const { sys } = context
  const mounted = await mountPointOf(sys, path)
  if (mounted !== undefined) return `${path} is mounted; will not make a filesystem here!\n`
  const areas = await sys.block({ op: 'swap-list' })
  if (areas.some((area) => area.path === path)) return `${path} is in use.\n`
  return undefined
}

/** Asks, where there is somebody to ask. */
async function mayOverwrite({ sys, io, options: o }: Context, path: string): Promise<boolean> {
  if (o.force || !sys.isatty(0) || !sys.isatty(1)) return true
  const found = await withDisk(sys, path, false, (disk) => ({
    mark: disk.signature(),
    ext: readExt4(disk.read(EXT4_OFFSET, 1024)),
  }))
  if (!found.mark) return true
  const label = found.mark.label ? ` labelled '${found.mark.label}'` : ''
  const { ext } = found
  const history = !ext
    ? ''
    : ext.lastMounted && ext.mounted > 0
      ? `\tlast mounted on ${ext.lastMounted} on ${timeText(ext.mounted)}\n`
      : `\tcreated on ${timeText(ext.created)}\n`
  await io.print(`${path} contains a ${found.mark.type} file system${label}\n${history}Proceed anyway? (y,N) `)
  await io.out.flush()
  const answer = await sys.readUntil(0, 10, 80)
  return /^\s*[yY]/.test(new TextDecoder().decode(answer))
}

/** mke2fs: create an ext2, ext3 or ext4 file system. e2fsprogs 1.47. */
export const mke2fs = defineProgram({
  name: 'e2fsprogs/mke2fs',
  paths: ['/sbin/mke2fs'],
  covers: 'partial',
  summary: 'create an ext2/ext3/ext4 filesystem',
  usage: 'mke2fs [options] device [blocks-count]',
  options,
  hint: USAGE,
  async main(context) {
    const { sys, io, name, options: o, operands } = context
    const [path, count] = operands
    if (o.version) {
      await io.warn(`mke2fs ${VERSION}\n\tUsing EXT2FS Library version 1.47.0\n`)
      return 0
    }
    if (path === undefined) {
      await io.warn(USAGE(name))
      return 1
    }
    const complain = async (text: string): Promise<number> => {
      await io.warn(`${text}\n`)
      return 1
    }
    const block = o.block === undefined ? undefined : Number(o.block)
    if (block !== undefined && ![1024, 2048, 4096].includes(block))
      return complain(`${name}: invalid block size - ${o.block}`)
    const reserved = o.reserved === undefined ? undefined : Number(o.reserved)
    if (reserved !== undefined && !(reserved >= 0 && reserved <= 50))
      return complain(`${name}: invalid reserved blocks percent - ${o.reserved}`)
    const uuid = chosenUuid(sys, o.uuid)
    if (!uuid) return complain(`mke2fs ${VERSION}\nmke2fs: Invalid UUID format`)
    const called = /^mkfs\.(ext[234])$/.exec(name)?.[1]
    const kind = (o.type ?? called ?? 'ext2') as Ext4Wish['kind']
    if (!o.quiet) await io.warn(`mke2fs ${VERSION}\n`)
    if (!KINDS.has(kind)) {
      await io.warn(`\nYour mke2fs.conf file does not define the ${kind} filesystem type.\nAborting...\n`)
      return 1
    }
    try {
      await makeRoom(sys, path, count, block)
      const obstacle = await inTheWay(context, path)
      if (obstacle !== undefined) return complain(obstacle.trimEnd())
      if (!(await mayOverwrite(context, path))) return 1
      return await withDisk(sys, path, !o.noAct, async (disk) => {
        const asked = count === undefined ? disk.bytes : (sizeOf(count, block) ?? disk.bytes)
        const off = o.features.join(',').split(',')
        const journal = off.includes('^has_journal')
          ? false
          : o.journal || off.includes('has_journal')
            ? true
            : undefined
        const wish = { kind, bytes: Math.min(asked, disk.bytes), blockSize: block, reservedPercent: reserved, journal }
        const ratio = o.ratio === undefined ? undefined : Number(o.ratio)
        const inodes = o.inodes === undefined ? undefined : Number(o.inodes)
        const geometry = ext4Geometry({ ...wish, inodeRatio: ratio, inodes })
        if (!geometry)
          return complain(
            `${name}: Device size reported to be zero.  Invalid partition specified, or\n\tpartition table wasn't reread after running fdisk, due to\n\ta modified partition being busy and in use.  You may need to reboot\n\tto re-read your partition table.\n`,
          )
        const label = (o.label ?? '').slice(0, 16)
        if ((o.label ?? '').length > 16) await io.warn(`Warning: label too long; will be truncated to '${label}'\n\n`)
        if (kind !== 'ext2' && journal !== false && geometry.journalBlocks === 0)
          await io.warn('\nFilesystem too small for a journal\n')
        if (!o.noAct) {
          const before = disk.signature()
          if (before) disk.write(before.magic.offset, new Uint8Array(before.magic.bytes.length))
          // What an older file system of ours had there is no longer its own.
          disk.write(64 * 1024, new Uint8Array(4096))
          const made = Math.floor(sys.clock.now() / 1000)
          disk.write(
            EXT4_OFFSET,
            writeExt4({
              ...{ ...geometry, uuid, hashSeed: randomUuid(sys.entropy.bytes(16)), label, lastMounted: o.last ?? '' },
              ...{ created: made, mounted: 0, written: made, mounts: 0 },
              freeBlocks: geometry.blocks - geometry.usedAtFirst,
              freeInodes: geometry.inodes - 11,
              kilobytesWritten: Math.ceil((geometry.groups * 4 * geometry.blockSize) / 1024),
            }),
          )
        }
        if (!o.quiet) await io.print(report(geometry, uuidText(uuid), !o.noAct))
        return 0
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code === 'ENOENT') return complain(`The file ${path} does not exist and no size was specified.`)
      return complain(`${name}: ${error.message} while trying to determine filesystem size`)
    }
  },
})

/** An image that is not there yet gets its size from the command line. */
async function makeRoom(sys: Sys, path: string, count: string | undefined, block: number | undefined): Promise<void> {
  const bytes = count === undefined ? undefined : sizeOf(count, block)
  if (bytes === undefined) return
  try {
    const { size } = sys.stat(path)
    if (path.startsWith('/dev/') || size >= bytes) return
    sys.truncate(path, bytes)
  } catch (error) {
    if (!isErrno(error) || error.code !== 'ENOENT') throw error
    const fd = sys.open(path, O_CREAT | O_RDWR, 0o644)
    sys.ftruncate(fd, bytes)
    sys.close(fd)
    await new Stdio(sys).print(`Creating regular file ${path}\n`)
  }
}

const UNITS = new Map([
  ['s', 512],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
])
/** Blocks, or a number with a unit. */
export function sizeOf(text: string, blockSize = 1024): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([skmgt]?)$/i.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS.get(unit.toLowerCase()) ?? blockSize)
}

function chosenUuid(sys: Sys, text: string | undefined): Uint8Array | undefined {
  if (text === 'clear') return new Uint8Array(16)
  if (text === undefined || text === 'random' || text === 'time') return randomUuid(sys.entropy.bytes(16))
  return parseUuid(text)
}
