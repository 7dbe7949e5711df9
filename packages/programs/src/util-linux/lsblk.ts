import { type BlockDevice, isErrno, type Stat, type StatFs, type Sys } from '@drydock/abi'
import { type DiskSignature, readPartitions } from '@drydock/codec/disk'
import { defineProgram, flag, type OptionValues, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { modeString } from '../format/mode-string.ts'
import { shortSize } from './short-size.ts'
import { print, type Shown } from './smartcols.ts'
import { signatureOf, withDisk } from './disk-file.ts'
import { type Mount, readMounts } from './mounts.ts'

interface Device extends BlockDevice {
  readonly numbers: string
  readonly mounts: readonly Mount[]
  readonly stat: Stat | undefined
  readonly usage: StatFs | undefined
  readonly signature: DiskSignature | undefined
  readonly tableType?: string
  readonly tableId?: string
  readonly partUuid?: string
}

async function devices(sys: Sys, withEmpty: boolean): Promise<Device[]> {
  const mounts = await readMounts(sys)
  const all = (await sys.block({ op: 'list' })).filter(({ bytes }) => withEmpty || bytes > 0)
  const found: Device[] = []
  for (const device of all.toSorted((a, b) => order(a) - order(b))) {
    const own = mounts.filter((each) => each.source === `/dev/${device.name}`)
    found.push({
      ...device,
      numbers: `${device.major}:${device.minor}`,
      mounts: own,
      stat: quietly(() => sys.stat(`/dev/${device.name}`)),
      usage: own[0] && quietly(() => sys.statfs(own[0]?.target ?? '/')),
      signature: await signatureOf(sys, `/dev/${device.name}`),
      ...(await partitionUuid(sys, device)),
    })
  }
  return found
}

/** Loop devices first, disks by number, each before its partitions. */
const order = ({ major, minor, kind }: BlockDevice): number => (kind === 'part' ? 1e6 : 0) + major * 256 + minor

/** PARTUUID and PTTYPE, as udev takes them from the table of the disk. */
async function partitionUuid(
  sys: Sys,
  { name, parent, partition }: BlockDevice,
): Promise<{ readonly tableType?: string; readonly tableId?: string; readonly partUuid?: string }> {
  try {
    const table = await withDisk(sys, `/dev/${parent ?? name}`, false, (disk) => readPartitions(disk.read))
    if (!table) return {}
    const id = table.label === 'gpt' ? table.id.toLowerCase() : table.id.slice(2)
    const own = table.partitions.find(({ number }) => number === partition)
    const short = `${id}-${String(partition ?? 0).padStart(2, '0')}`
    return {
      ...{ tableType: table.label, tableId: id },
      ...(own && { partUuid: own.uuid?.toLowerCase() ?? short }),
    }
  } catch (error) {
    if (isErrno(error)) return {}
    throw error
  }
}

function quietly<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const size = (bytes: number, plain: boolean): string => (plain ? String(bytes) : shortSize(bytes))

interface Look {
  readonly bytes: boolean
  readonly accounts: Accounts
}
interface Column {
  readonly right?: boolean
  /** Written without quotes in JSON. */
  readonly plain?: boolean
  readonly least?: number
  readonly cell: (device: Device, look: Look) => string | readonly string[] | undefined
}

const used = ({ usage }: Device): number | undefined => usage && usage.totalBytes - usage.freeBytes

/** lsblk(8), --output-all. Numbers of disks and queues are not there. */
const COLUMNS = new Map<string, Column>([
  ['NAME', { cell: ({ name }) => name }],
  ['KNAME', { cell: ({ name }) => name }],
  ['PATH', { cell: ({ name }) => `/dev/${name}` }],
  ['MAJ:MIN', { cell: ({ numbers }) => numbers }],
  ['FSAVAIL', { right: true, cell: ({ usage }, { bytes }) => usage && size(usage.freeBytes, bytes) }],
  ['FSSIZE', { right: true, cell: ({ usage }, { bytes }) => usage && size(usage.totalBytes, bytes) }],
  ['FSTYPE', { cell: ({ signature }) => signature?.type }],
  [
    'FSUSED',
    {
      right: true,
      cell: (device, { bytes }) => {
        const bytesUsed = used(device)
        return bytesUsed === undefined ? undefined : size(bytesUsed, bytes)
      },
    },
  ],
  [
    'FSUSE%',
    {
      right: true,
      cell: (device) =>
        device.usage && `${Math.floor((100 * (used(device) ?? 0)) / Math.max(1, device.usage.totalBytes))}%`,
    },
  ],
  ['FSVER', { cell: ({ signature }) => signature?.version }],
  ['MOUNTPOINT', { cell: ({ mounts }) => mounts.at(-1)?.target }],
  ['MOUNTPOINTS', { cell: ({ mounts }) => mounts.toReversed().map(({ target }) => target) }],
  ['LABEL', { cell: ({ signature }) => signature?.label }],
  ['UUID', { cell: ({ signature }) => signature?.uuid }],
  ['PARTUUID', { cell: ({ partUuid }) => partUuid }],
  ['PTTYPE', { cell: ({ tableType }) => tableType }],
  ['PTUUID', { cell: ({ tableId }) => tableId }],
  ['RO', { right: true, plain: true, cell: ({ readOnly }) => (readOnly ? '1' : '0') }],
  ['RM', { right: true, plain: true, cell: () => '0' }],
  ['MODEL', { cell: ({ model }) => model }],
  ['SERIAL', { cell: () => undefined }],
  ['SIZE', { right: true, least: 5, cell: ({ bytes }, look) => size(bytes, look.bytes) }],
  ['STATE', { cell: () => undefined }],
  ['OWNER', { cell: ({ stat }, { accounts }) => stat && (accounts.userName(stat.uid) ?? String(stat.uid)) }],
  ['GROUP', { cell: ({ stat }, { accounts }) => stat && (accounts.groupName(stat.gid) ?? String(stat.gid)) }],
  ['MODE', { cell: ({ stat }) => stat && modeString(stat.mode) }],
  ['ROTA', { right: true, plain: true, cell: () => '0' }],
  ['TYPE', { cell: ({ kind }) => kind }],
  ['PKNAME', { cell: ({ parent }) => parent }],
])

const DEFAULT = ['NAME', 'MAJ:MIN', 'RM', 'SIZE', 'RO', 'TYPE', 'MOUNTPOINTS']
const FILE_SYSTEMS = ['NAME', 'FSTYPE', 'FSVER', 'LABEL', 'UUID', 'FSAVAIL', 'FSUSE%', 'MOUNTPOINTS']
const PERMISSIONS = ['NAME', 'SIZE', 'OWNER', 'GROUP', 'MODE']

const options = {
  all: flag('a', 'all'),
  bytes: flag('b', 'bytes'),
  noDeps: flag('d', 'nodeps'),
  fs: flag('f', 'fs'),
  ascii: flag('i', 'ascii'),
  json: flag('J', 'json'),
  list: flag('l', 'list'),
  permissions: flag('m', 'perms'),
  noHeadings: flag('n', 'noheadings'),
  output: value('o', 'output'),
  outputAll: flag('O', 'output-all'),
  paths: flag('p', 'paths'),
  pairs: flag('P', 'pairs'),
  raw: flag('r', 'raw'),
  scsi: flag('S', 'scsi'),
  shell: flag('y', 'shell'),
  inverse: flag('s', 'inverse'),
  sort: value('x', 'sort'),
} as const
type Options = OptionValues<typeof options>

/** @returns the columns, or the name that is none */
function columnsOf(o: Options): readonly string[] | string {
  if (o.outputAll) return [...COLUMNS.keys()]
  const base = o.fs ? FILE_SYSTEMS : o.permissions ? PERMISSIONS : DEFAULT
  if (o.output === undefined) return base
  const words = o.output.replace(/^\+/, '').toUpperCase().split(',').filter(Boolean)
  const unknown = words.find((word) => !COLUMNS.has(word))
  return unknown ?? (o.output.startsWith('+') ? [...base, ...words] : words)
}

function shownOf(device: Device, columns: readonly string[], o: Options, look: Look): Shown {
  const cells = columns.map((name) => {
    const cell = COLUMNS.get(name)?.cell(device, look) ?? ''
    const text = o.paths && (name === 'NAME' || name === 'KNAME') ? `/dev/${device.name}` : cell
    return typeof text === 'string' ? [text] : text.length > 0 ? text : ['']
  })
  return { cells, name: device.name, parent: device.parent }
}

const LOOK = { title: 'blockdevices', branches: 'NAME' } as const

/** lsblk: block devices as a tree. util-linux 2.38. */
export const lsblk = defineProgram({
  name: 'util-linux/lsblk',
  paths: ['/bin/lsblk'],
  covers: 'partial',
  lacks: ['-D', '-E', '-I', '-M', '-t', '-T', '-z'],
  summary: 'list block devices',
  sizeBytes: 166296,
  usage: 'lsblk [options] [<device> ...]',
  options,
  async main({ sys, io, options: o, operands, fail }) {
    const columns = columnsOf(o)
    if (typeof columns === 'string') {
      await fail(`unknown column: ${columns}`)
      return 1
    }
    const all = await devices(sys, o.all > 0)
    const wanted = operands.map((path) => path.replace(/^\/dev\//, ''))
    let status = 0
    for (const [at, name] of wanted.entries())
      if (!all.some((device) => device.name === name)) {
        await fail(`${operands[at] ?? name}: not a block device`)
        status = 32
      }
    const looked = { bytes: o.bytes > 0, accounts: await Accounts.read(sys) }
    const chosen = all.filter(
      ({ name, parent }) =>
        (wanted.length === 0 || wanted.includes(name) || wanted.includes(parent ?? '')) &&
        !(o.noDeps && parent !== undefined && !wanted.includes(name)) &&
        !o.scsi,
    )
    const rows = chosen.map((device) => shownOf(device, columns, o, looked))
    const sortBy = columns.indexOf(o.sort?.toUpperCase() ?? '')
    if (sortBy >= 0) rows.sort((a, b) => ((a.cells[sortBy]?.[0] ?? '') < (b.cells[sortBy]?.[0] ?? '') ? -1 : 1))
    const form = o.json ? 'json' : o.pairs ? 'pairs' : o.raw ? 'raw' : o.list || sortBy >= 0 ? 'list' : 'tree'
    const heads = columns.map((name) => ({
      name,
      right: COLUMNS.get(name)?.right,
      plain: COLUMNS.get(name)?.plain,
      least: COLUMNS.get(name)?.least ?? 0,
    }))
    if (rows.length > 0 || wanted.length === 0)
      await io.print(
        print(heads, rows, { ...LOOK, shell: o.shell > 0, form, headings: o.noHeadings === 0, ascii: o.ascii > 0 }),
      )
    return status
  },
})
