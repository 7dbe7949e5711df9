import type { BlockDevice, Clock, LinkInfo, NetlinkAnswer, NetlinkRequest } from '@drydock/abi'
import { EACCES, EINVAL, ENODEV } from '@drydock/abi'
import type { Inode } from '../vfs/inode.ts'
import type { PathContext } from '../vfs/path-context.ts'
import { PseudoFileSystem } from './pseudo-file-system.ts'
import { DynamicDirectory, PseudoDirectory, type PseudoMaker, TextFile } from './pseudo-inode.ts'

/** What sysfs shows of a kernel. */
export interface SysfsSource {
  readonly clock: Pick<Clock, 'now'>
  readonly cpus: number
  /** Loop devices that have a file; none while nobody has asked for one. */
  loops(): readonly BlockDevice[]
  /** Asks the reader's network namespace. */
  netlink<R extends NetlinkRequest>(reader: PathContext, request: R): NetlinkAnswer<R>
}

/** /sys, as far as programs look: network links, processors, and the place for control groups. sysfs(5). */
export class Sysfs extends PseudoFileSystem {
  override readonly type = 'sysfs'
  override readonly root: Inode

  constructor(source: SysfsSource) {
    super(source.clock)
    const build = new SysfsBuilder(this)
    this.root = build.directory([
      ['block', () => new BlockDirectory(this, source, disk(build))],
      ['bus', build.directory([])],
      [
        'class',
        build.directory([
          ['block', () => new BlockDirectory(this, source, disk(build))],
          ['net', () => new NetDirectory(this, source)],
        ]),
      ],
      ['dev', build.directory([])],
      [
        'devices',
        build.directory([['system', build.directory([['cpu', build.directory(processors(build, source.cpus))]])]]),
      ],
      ['firmware', build.directory([])],
      ['fs', build.directory([['cgroup', build.directory([])]])],
      [
        'kernel',
        build.directory([
          [
            'cgroup',
            build.directory([
              ['delegate', build.text(() => 'cgroup.procs\ncgroup.threads\ncgroup.subtree_control\nmemory.oom.group')],
            ]),
          ],
          ['debug', build.directory([])],
          ['security', build.directory([])],
          ['mm', build.directory([['transparent_hugepage', build.directory(hugePages(build))]])],
        ]),
      ],
      ['module', build.directory([])],
    ])()
  }
}

type Entry = readonly [name: string, make: PseudoMaker]

/** Says trees of a pseudo file system as nested tables. */
class SysfsBuilder {
  private readonly fs: PseudoFileSystem

  constructor(fs: PseudoFileSystem) {
    this.fs = fs
  }

  directory(entries: readonly Entry[]): PseudoMaker {
    return () => new ReadOnlyDirectory(this.fs, new Map(entries))
  }
  text(read: (context: PathContext) => string): PseudoMaker {
    return () => new TextFile(this.fs, { read: (context) => `${read(context)}\n` })
  }
}

class ReadOnlyDirectory extends PseudoDirectory {
  override create(): Inode {
    throw EACCES
  }
}

const DISK_SECTORS = 104_857_600

/** /sys/block/sda. Documentation/ABI/stable/sysfs-block */
function disk(build: SysfsBuilder): PseudoMaker {
  const part: readonly Entry[] = [
    ['dev', build.text(() => '8:1')],
    ['partition', build.text(() => '1')],
    ['ro', build.text(() => '0')],
    ['size', build.text(() => String(DISK_SECTORS - 2048))],
    ['start', build.text(() => '2048')],
  ]
  const queue: readonly Entry[] = [
    ['hw_sector_size', build.text(() => '512')],
    ['logical_block_size', build.text(() => '512')],
    ['physical_block_size', build.text(() => '4096')],
    ['rotational', build.text(() => '0')],
    ['scheduler', build.text(() => '[none] mq-deadline')],
  ]
  return build.directory([
    ['dev', build.text(() => '8:0')],
    ['queue', build.directory(queue)],
    ['removable', build.text(() => '0')],
    ['ro', build.text(() => '0')],
    ['sda1', build.directory(part)],
    ['size', build.text(() => String(DISK_SECTORS))],
    ['stat', build.text(() => Array.from({ length: 17 }, () => '0').join(' '))],
  ])
}

const hugePages = (build: SysfsBuilder): readonly Entry[] => [['enabled', build.text(() => 'always [madvise] never')]]

function processors(build: SysfsBuilder, cpus: number): readonly Entry[] {
  const range = build.text(() => (cpus === 1 ? '0' : `0-${cpus - 1}`))
  const each = Array.from({ length: cpus }, (_, cpu): Entry => {
    const topology = build.directory([['core_id', build.text(() => String(cpu))]])
    return [`cpu${cpu}`, build.directory([['topology', topology]])]
  })
  return [['kernel_max', build.text(() => '8191')], ['online', range], ['possible', range], ['present', range], ...each]
}

/** ARPHRD_ETHER and ARPHRD_LOOPBACK of if_arp.h. */
const hardwareType = (link: LinkInfo): string => (link.kind === 'loopback' ? '772' : '1')
const operState = (link: LinkInfo): string => (link.kind === 'loopback' ? 'unknown' : link.up ? 'up' : 'down')
const broadcast = (link: LinkInfo): string => (link.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff')

function carrier(link: LinkInfo): string {
  if (!link.up) throw EINVAL
  return '1'
}

const ATTRIBUTES: readonly (readonly [string, (link: LinkInfo) => string])[] = [
  ['address', (link) => link.mac],
  ['addr_len', () => '6'],
  ['broadcast', broadcast],
  ['carrier', carrier],
  ['ifindex', (link) => String(link.index)],
  ['iflink', (link) => String(link.peerIndex ?? link.index)],
  ['mtu', (link) => String(link.mtu)],
  ['operstate', operState],
  ['tx_queue_len', () => '1000'],
  ['type', hardwareType],
]

const STATISTICS: readonly (readonly [string, (link: LinkInfo) => number])[] = [
  ['rx_bytes', (link) => link.rxBytes],
  ['rx_dropped', () => 0],
  ['rx_errors', () => 0],
  ['rx_packets', (link) => link.rxPackets],
  ['tx_bytes', (link) => link.txBytes],
  ['tx_dropped', () => 0],
  ['tx_errors', () => 0],
  ['tx_packets', (link) => link.txPackets],
]

const LOOPS = Array.from({ length: 8 }, (_, at) => `loop${at}`)

/** /sys/block: the disk and the loop devices. Documentation/ABI/testing/sysfs-block-loop */
class BlockDirectory extends DynamicDirectory<string> {
  private readonly source: SysfsSource

  constructor(fs: PseudoFileSystem, source: SysfsSource, disk: PseudoMaker) {
    super(fs, new Map([['sda', disk]]))
    this.source = source
  }

  protected override names(): Iterable<string> {
    return new Set([...LOOPS, ...this.source.loops().map(({ name }) => name)])
  }
  protected override find(name: string): string | undefined {
    if (![...this.names()].includes(name)) return undefined
    return this.source.loops().some((each) => each.name === name) ? `${name} with a file` : name
  }
  protected override makeChild(_key: string, name: string): Inode {
    const build = new SysfsBuilder(this.fs)
    const device = (): BlockDevice | undefined => this.source.loops().find((each) => each.name === name)
    const shown = (read: (device: BlockDevice | undefined) => string | number): PseudoMaker =>
      build.text(() => String(read(device())))
    const status: readonly Entry[] = [
      ['autoclear', shown((loop) => (loop?.loop?.autoClear ? 1 : 0))],
      ['backing_file', shown((loop) => loop?.loop?.file ?? '')],
      ['offset', shown((loop) => loop?.loop?.offset ?? 0)],
      ['partscan', shown((loop) => (loop?.loop?.partScan ? 1 : 0))],
      ['sizelimit', shown((loop) => loop?.loop?.sizeLimit ?? 0)],
    ]
    return build.directory([
      ['dev', build.text(() => `7:${name.slice(4)}`)],
      ['removable', build.text(() => '0')],
      ['ro', shown((loop) => (loop?.readOnly ? 1 : 0))],
      ['size', shown((loop) => (loop?.bytes ?? 0) / 512)],
      ...(device()?.loop ? ([['loop', build.directory(status)]] as const) : []),
    ])()
  }
  override create(): Inode {
    throw EACCES
  }
}

/** /sys/class/net of whoever looks. */
class NetDirectory extends DynamicDirectory<string> {
  private readonly source: SysfsSource

  constructor(fs: PseudoFileSystem, source: SysfsSource) {
    super(fs, new Map())
    this.source = source
  }

  private named(name: string, context: PathContext | undefined): LinkInfo | undefined {
    if (context === undefined) return undefined
    return this.source.netlink(context, { op: 'link-list' }).find((link) => link.name === name)
  }

  protected override names(context: PathContext | undefined): Iterable<string> {
    return context === undefined ? [] : this.source.netlink(context, { op: 'link-list' }).map((link) => link.name)
  }
  protected override find(name: string, context: PathContext | undefined): string | undefined {
    return this.named(name, context)?.name
  }
  protected override makeChild(name: string): Inode {
    const build = new SysfsBuilder(this.fs)
    const shown = (read: (link: LinkInfo) => string | number): PseudoMaker =>
      build.text((context) => {
        const link = this.named(name, context)
        if (link === undefined) throw ENODEV
        return String(read(link))
      })
    const statistics = STATISTICS.map(([attribute, read]): Entry => [attribute, shown(read)])
    const attributes = ATTRIBUTES.map(([attribute, read]): Entry => [attribute, shown(read)])
    return build.directory([...attributes, ['statistics', build.directory(statistics)]])()
  }
  override create(): Inode {
    throw EACCES
  }
}
