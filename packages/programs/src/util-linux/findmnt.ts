import { isErrno, type StatFs, type Sys } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, readTextFile, UsageError, value } from '@drydock/libc'
import { shortSize } from './short-size.ts'
import { type MountInfo, parseMounts, propagationText, readMountInfo } from './mounts.ts'
import { print, type Shown } from './smartcols.ts'

const options = {
  fstab: flag('s', 'fstab'),
  mtab: flag('m', 'mtab'),
  kernel: flag('k', 'kernel'),
  all: flag('A', 'all'),
  ascii: flag('a', 'ascii'),
  bytes: flag('b', 'bytes'),
  noCanonicalize: flag('C', 'nocanonicalize'),
  canonicalize: flag('c', 'canonicalize'),
  df: flag('D', 'df'),
  direction: value('d', 'direction'),
  evaluate: flag('e', 'evaluate'),
  file: value('F', 'tab-file'),
  first: flag('f', 'first-only'),
  invert: flag('i', 'invert'),
  json: flag('J', 'json'),
  list: flag('l', 'list'),
  task: value('N', 'task'),
  noHeadings: flag('n', 'noheadings'),
  with: value('O', 'options'),
  output: value('o', 'output'),
  outputAll: flag('', 'output-all'),
  pairs: flag('P', 'pairs'),
  pseudo: flag('', 'pseudo'),
  real: flag('', 'real'),
  shadowed: flag('', 'shadowed'),
  submounts: flag('R', 'submounts'),
  raw: flag('r', 'raw'),
  source: value('S', 'source'),
  target: value('T', 'target'),
  tree: flag('', 'tree'),
  mountpoint: value('M', 'mountpoint'),
  type: value('t', 'types'),
  uniq: flag('U', 'uniq'),
  noTruncate: flag('u', 'notruncate'),
  noFsRoot: flag('v', 'nofsroot'),
  shell: flag('y', 'shell'),
} as const
type Options = OptionValues<typeof options>

interface Row {
  readonly mount: MountInfo
  readonly usage: StatFs | undefined
  readonly o: Options
}
interface Column {
  readonly right?: boolean
  readonly cell: (row: Row) => string | undefined
}

const bytes =
  (count: (usage: StatFs) => number) =>
  ({ usage, o }: Row): string | undefined =>
    usage && (o.bytes || count(usage) === 0 ? String(count(usage)) : shortSize(count(usage)))
const usedBytes = ({ totalBytes, freeBytes }: StatFs): number => totalBytes - freeBytes
const sourceOf = ({ mount: { source, root }, o }: Row): string =>
  root === '/' || root === '' || o.noFsRoot ? source : `${source}[${root}]`

/** findmnt(8), "--output". What only a disk's superblock or --poll tells is empty. */
const COLUMNS = new Map<string, Column>([
  ['AVAIL', { right: true, cell: bytes((usage) => usage.availableBytes ?? usage.freeBytes) }],
  ['FREQ', { right: true, cell: () => undefined }],
  ['FSROOT', { cell: ({ mount }) => mount.root }],
  ['FSTYPE', { cell: ({ mount }) => mount.type }],
  ['FS-OPTIONS', { cell: ({ mount }) => mount.superOptions }],
  ['ID', { right: true, cell: ({ mount }) => mount.id }],
  ['LABEL', { cell: () => undefined }],
  ['MAJ:MIN', { cell: ({ mount }) => mount.numbers }],
  ['OPTIONS', { cell: ({ mount }) => mount.options }],
  ['OPT-FIELDS', { cell: ({ mount }) => mount.fields.join(' ') }],
  ['PARENT', { right: true, cell: ({ mount }) => mount.parent }],
  ['PARTLABEL', { cell: () => undefined }],
  ['PARTUUID', { cell: () => undefined }],
  ['PASSNO', { right: true, cell: () => undefined }],
  ['PROPAGATION', { cell: ({ mount }) => propagationText(mount.fields) }],
  ['SIZE', { right: true, cell: bytes(({ totalBytes }) => totalBytes) }],
  ['SOURCE', { cell: sourceOf }],
  ['SOURCES', { cell: ({ mount }) => mount.source }],
  ['TARGET', { cell: ({ mount }) => mount.target }],
  ['TID', { right: true, cell: ({ o }) => o.task }],
  ['USED', { right: true, cell: bytes(usedBytes) }],
  [
    'USE%',
    {
      right: true,
      cell: ({ usage }) => usage && `${Math.round((100 * usedBytes(usage)) / Math.max(1, usage.totalBytes))}%`,
    },
  ],
  ['UUID', { cell: () => undefined }],
  ['VFS-OPTIONS', { cell: ({ mount }) => mount.ownOptions }],
])
const SIZES: ReadonlySet<string> = new Set(['AVAIL', 'SIZE', 'USED', 'USE%'])
const DEFAULT = ['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS']
const DF = ['SOURCE', 'FSTYPE', 'SIZE', 'USED', 'AVAIL', 'USE%', 'TARGET']

/** @throws UsageError */
function columnsOf(o: Options): readonly string[] {
  if (o.outputAll) return [...COLUMNS.keys()]
  const base = o.df ? DF : DEFAULT
  if (o.output === undefined) return base
  const words = o.output.replace(/^\+/, '').toUpperCase().split(',')
  const unknown = words.find((name) => !COLUMNS.has(name))
  if (unknown !== undefined) throw new UsageError(`unknown column: ${unknown}`)
  return o.output.startsWith('+') ? [...base, ...words] : words
}

/** File systems that no device stands behind. libmount, mnt_fs_is_pseudofs() */
const PSEUDO: ReadonlySet<string> = new Set(
  'anon_inodefs autofs bdev binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devfs devpts devtmpfs dlmfs efivarfs fuse.lxcfs fusectl hugetlbfs mqueue nfsd none nsfs overlay pipefs proc pstore ramfs rootfs rpc_pipefs securityfs selinuxfs sockfs spufs sysfs tmpfs tracefs'.split(
    ' ',
  ),
)

const isBelow = (path: string, top: string): boolean => path !== top && path.startsWith(top === '/' ? '/' : `${top}/`)

function resolved(sys: Sys, path: string): string {
  try {
    return sys.realpath(path)
  } catch (error) {
    if (isErrno(error)) return path
    throw error
  }
}

function statfs(sys: Sys, path: string): StatFs | undefined {
  try {
    return sys.statfs(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Each word must be there; with `no` before it, must not, unless the mount says so itself. mnt_match_options() */
function hasOptions(mount: MountInfo, pattern: string): boolean {
  const words = mount.options.split(',')
  return pattern
    .split(',')
    .every((word) => words.includes(word) || (word.startsWith('no') && !words.includes(word.slice(2))))
}

/** A list of types, of which those behind `no` are the ones not wanted. mnt_match_fstype() */
function hasType(mount: MountInfo, pattern: string): boolean {
  const inverse = pattern.startsWith('no')
  return (inverse ? pattern.slice(2) : pattern).split(',').includes(mount.type) !== inverse
}

/** Which mounts were asked for. */
function filter(sys: Sys, mounts: readonly MountInfo[], operands: readonly string[], o: Options) {
  const [first, second] = operands
  const names = first === undefined ? [] : [first, resolved(sys, first)]
  const within = o.target === undefined ? undefined : resolved(sys, o.target)
  const holding = mounts
    .filter(({ target }) => within !== undefined && (target === within || isBelow(within, target)))
    .reduce<MountInfo | undefined>(
      (best, each) => (each.target.length >= (best?.target.length ?? 0) ? each : best),
      undefined,
    )
  const shadowed = (mount: MountInfo): boolean =>
    mounts.some((other) => other.parent === mount.id && other.target === mount.target)
  const tests: readonly (readonly [boolean, (mount: MountInfo) => boolean])[] = [
    [o.type !== undefined, (mount) => hasType(mount, o.type ?? '')],
    [o.with !== undefined, (mount) => hasOptions(mount, o.with ?? '')],
    [o.source !== undefined, ({ source, numbers }) => source === o.source || numbers === o.source],
    [o.mountpoint !== undefined, ({ target }) => target === resolved(sys, o.mountpoint ?? '')],
    [within !== undefined, (mount) => mount === holding],
    [
      first !== undefined,
      ({ target, source }) =>
        second === undefined
          ? names.includes(target) || names.includes(source)
          : names.includes(source) && target === resolved(sys, second),
    ],
    [o.real > 0, ({ type }) => !PSEUDO.has(type)],
    [o.pseudo > 0, ({ type }) => PSEUDO.has(type)],
    [o.shadowed > 0, shadowed],
  ]
  const asked = tests.filter(([given]) => given)
  const matches = (mount: MountInfo): boolean => asked.every(([, test]) => test(mount))
  return { isAsked: asked.length > 0, wanted: (mount: MountInfo) => matches(mount) !== o.invert > 0 }
}

/** Of several mounts at one place only the topmost was meant, where a place was named. */
const topmost = (found: readonly MountInfo[]): MountInfo[] =>
  found.filter((mount) => found.findLast(({ target }) => target === mount.target) === mount)

function withSubmounts(mounts: readonly MountInfo[], tops: readonly MountInfo[]): MountInfo[] {
  const kept = new Set(tops.map(({ id }) => id))
  // Parents come before their children.
  for (const mount of mounts) if (kept.has(mount.parent)) kept.add(mount.id)
  return mounts.filter(({ id }) => kept.has(id))
}

async function table(sys: Sys, o: Options): Promise<MountInfo[]> {
  if (!o.fstab && o.file === undefined) return readMountInfo(sys, o.task)
  const text = await readTextFile(sys, o.file ?? '/etc/fstab').catch((error: unknown) => {
    if (isErrno(error)) return ''
    throw error
  })
  return parseMounts(text).map((row, at) => ({
    ...row,
    id: String(at + 1),
    parent: '0',
    numbers: '',
    root: '/',
    ownOptions: row.options,
    superOptions: '',
    fields: [],
  }))
}

function chosen(sys: Sys, mounts: readonly MountInfo[], operands: readonly string[], o: Options): MountInfo[] {
  const { isAsked, wanted } = filter(sys, mounts, operands, o)
  const named = operands.length > 0 || o.mountpoint !== undefined
  const matching = mounts.filter(wanted)
  const unique = named || o.uniq ? topmost(matching) : matching
  const found = o.submounts && isAsked ? withSubmounts(mounts, mounts.filter(wanted)) : unique
  const ordered = o.direction === 'backward' ? found.toReversed() : found
  return o.first ? ordered.slice(0, 1) : ordered
}

const rowOf = (row: Row, columns: readonly string[]): Shown => ({
  name: row.mount.id,
  parent: row.mount.parent,
  cells: columns.map((name) => [COLUMNS.get(name)?.cell(row) ?? '']),
})

/** findmnt: find a file system. util-linux 2.38. */
export const findmnt = defineProgram({
  name: 'util-linux/findmnt',
  paths: ['/bin/findmnt'],
  covers: 'partial',
  lacks: ['-p, -x', 'labels, UUIDs, --poll'],
  summary: 'find a filesystem',
  sizeBytes: 72200,
  usage: 'findmnt [options] <device> | <mountpoint>',
  options,
  async main({ sys, io, operands, options: o }) {
    const columns = columnsOf(o)
    const mounts = await table(sys, o)
    const found = chosen(sys, mounts, operands, o)
    if (found.length === 0) return 1
    const rows = found.map((mount) => {
      const usage = columns.some((name) => SIZES.has(name)) ? statfs(sys, mount.target) : undefined
      return rowOf({ mount, usage, o }, columns)
    })
    const isFlat = o.list > 0 || o.df > 0 || o.invert > 0 || o.shadowed > 0 || o.direction === 'backward' || o.fstab > 0
    const form = o.json ? 'json' : o.pairs ? 'pairs' : o.raw ? 'raw' : isFlat && !o.tree ? 'list' : 'tree'
    const heads = columns.map((name) => ({ name, right: COLUMNS.get(name)?.right, plain: undefined }))
    const look = { title: 'filesystems', branches: 'TARGET', form, shell: o.shell > 0 } as const
    await io.print(print(heads, rows, { ...look, headings: o.noHeadings === 0, ascii: o.ascii > 0 }))
    return 0
  },
})
