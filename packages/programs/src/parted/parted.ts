import { isErrno, type Sys } from '@drydock/abi'
import { diskSignature, type Partition, type PartitionTable, readPartitions, SECTOR_BYTES } from '@drydock/codec/disk'
import { defineProgram, flag, type Stdio, value } from '@drydock/libc'
import { type DiskFile, withDisk } from '../util-linux/disk-file.ts'
import { freeRuns, newGuid, newTable, typeNamed } from '../util-linux/fdisk/disk-label.ts'
import { putTable } from '../util-linux/fdisk/put-table.ts'

/** Units of parted: decimal ones as people buy disks, binary ones, sectors. */
const UNITS = new Map<string, number>([
  ['s', SECTOR_BYTES],
  ['B', 1],
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
])
const named = (unit: string): string | undefined =>
  [...UNITS.keys()].find((name) => name.toLowerCase() === unit.toLowerCase())

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB']
function amount(bytes: number, unit: string): string {
  if (unit === 's' || unit === 'B') return `${bytes / (UNITS.get(unit) ?? 1)}${unit}`
  let [scaled, name] = [bytes / (UNITS.get(unit) ?? 1), unit]
  if (unit === 'compact') {
    const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3 - 0.333)))
    ;[scaled, name] = [bytes / 1000 ** power, DECIMAL[power] ?? 'B']
  }
  const digits = scaled >= 100 || Number.isInteger(scaled) ? 0 : scaled >= 10 ? 1 : 2
  return `${scaled.toFixed(digits).replace(/\.?0+$/, (tail) => (tail.startsWith('.') ? '' : tail))}${name}`
}

class Failure extends Error {}

/** A place on the disk: `1MiB`, `100%`, `2048s`, `500` in megabytes. */
function sectorOf(text: string, sectors: number, unit: string): { readonly sector: number; readonly exact: boolean } {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)\s*(%|[a-zA-Z]*)$/.exec(text) ?? []
  if (digits === undefined) throw new Failure(`Invalid number.`)
  if (suffix === '%') return { sector: Math.round((sectors * Number(digits)) / 100), exact: false }
  const name =
    suffix === ''
      ? unit === 'compact'
        ? 'MB'
        : unit
      : named(suffix.length === 1 && suffix !== 's' && suffix !== 'B' ? `${suffix}B` : suffix)
  const size = name === undefined ? undefined : UNITS.get(name)
  if (size === undefined) throw new Failure(`Invalid number.`)
  return {
    sector: Math.floor((Number(digits) * size) / SECTOR_BYTES),
    exact: name === 's' || name?.endsWith('iB') === true,
  }
}

const GRAIN = 2048

class Editor {
  unit = 'compact'
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly disk: DiskFile
  private readonly machine: boolean

  constructor(sys: Sys, io: Stdio, disk: DiskFile, machine: boolean) {
    this.sys = sys
    this.io = io
    this.disk = disk
    this.machine = machine
  }

  private get table(): PartitionTable {
    const table = readPartitions(this.disk.read)
    if (!table) throw new Failure(`${this.sys.realpath(this.disk.path)}: unrecognised disk label`)
    return table
  }
  private get sectors(): number {
    return Math.floor(this.disk.bytes / SECTOR_BYTES)
  }

  /** Runs one command of the line. @returns how many words it took */
  async run(words: readonly string[]): Promise<number> {
    const [command = '', ...rest] = words
    const verb =
      [...VERBS.keys()].find((name) => name === command) ?? [...VERBS.keys()].find((name) => name.startsWith(command))
    const run = verb === undefined ? undefined : VERBS.get(verb)
    if (!run) throw new Failure(`invalid command '${command}'`)
    return 1 + (await this[run](rest))
  }

  async print(words: readonly string[]): Promise<number> {
    const taken = words[0] === 'free' || words[0] === 'all' || words[0] === 'devices' ? 1 : 0
    const path = this.sys.realpath(this.disk.path)
    const device = (await this.sys.block({ op: 'list' })).find(({ name }) => `/dev/${name}` === path)
    const kind = device?.kind === 'loop' ? 'loopback' : device ? 'scsi' : 'file'
    const model = device?.kind === 'loop' ? 'Loopback device' : (device?.model ?? '')
    const table = readPartitions(this.disk.read)
    const label = table?.label === 'dos' ? 'msdos' : (table?.label ?? 'unknown')
    const size = amount(this.disk.bytes, this.unit)
    if (this.machine) {
      await this.io.print(`BYT;\n${path}:${size}:${kind}:512:512:${label}:${model}:;\n`)
      for (const each of table?.partitions ?? []) await this.io.print(`${this.cells(each, label).join(':')};\n`)
      return taken
    }
    if (!table)
      throw new Failure(
        `${path}: unrecognised disk label\nModel: ${model} (${kind})\nDisk ${path}: ${size}\nSector size (logical/physical): 512B/512B\nPartition Table: unknown\nDisk Flags: `,
      )
    await this.io.print(
      `Model: ${model} (${kind})\nDisk ${path}: ${size}\nSector size (logical/physical): 512B/512B\nPartition Table: ${label}\nDisk Flags: \n\n`,
    )
    const heads = [
      'Number',
      'Start',
      'End',
      'Size',
      ...(label === 'msdos' ? ['Type', 'File system'] : ['File system', 'Name']),
      'Flags',
    ]
    const rows = table.partitions.map((each) => {
      const [number = '', start = '', end = '', length = '', system = '', name = '', flags = ''] = this.cells(
        each,
        label,
      )
      const type = ['5', 'f'].includes(each.type) ? 'extended' : 'primary'
      return [number, start, end, length, ...(label === 'msdos' ? [type, system] : [system, name]), flags]
    })
    const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)))
    const line = (cells: readonly string[]): string =>
      cells.map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')
    const body = rows.map(([number = '', ...cells]) => `${line([number.padStart(2), ...cells])}\n`)
    await this.io.print(`${line(heads)}\n${body.join('')}\n`)
    return taken
  }

  private cells({ number, start, end, type, name = '', bootable }: Partition, label: string): string[] {
    const [from, length] = [start * SECTOR_BYTES, (end - start + 1) * SECTOR_BYTES]
    const found = diskSignature((offset, bytes) => this.disk.read(from + offset, Math.min(bytes, length - offset)))
    const system = found?.type === 'swap' ? 'linux-swap(v1)' : (found?.type ?? '')
    const flags = [bootable ? 'boot' : '', FLAGS.get(type) ?? ''].filter(Boolean).join(', ')
    const last = this.unit === 's' ? end * SECTOR_BYTES : (end + 1) * SECTOR_BYTES - 1
    return [
      String(number),
      amount(from, this.unit),
      amount(last, this.unit),
      amount(length, this.unit),
      system,
      label === 'gpt' ? name : '',
      flags,
    ]
  }

  async mklabel([kind = '']: readonly string[]): Promise<number> {
    const label = kind === 'gpt' ? 'gpt' : ['msdos', 'dos', 'mbr'].includes(kind) ? 'dos' : undefined
    if (label === undefined) throw new Failure(`expecting a disk label type`)
    await this.put(newTable(this.sys, label))
    return 1
  }

  async mkpart(words: readonly string[]): Promise<number> {
    const { table } = this
    const gpt = table.label === 'gpt'
    const rest = [...words]
    const name = gpt || PART_TYPES.has(rest[0] ?? '') ? (rest.shift() ?? '') : 'primary'
    const system = FILE_SYSTEMS.has(rest[0] ?? '') ? rest.shift() : undefined
    const [from, to] = rest
    if (from === undefined || to === undefined) throw new Failure('expecting a location')
    const start = sectorOf(from, this.sectors, this.unit)
    const end = sectorOf(to, this.sectors, this.unit)
    const run = freeRuns(table, this.sectors).find(([a, b]) => start.sector <= b && end.sector >= a)
    if (!run) throw new Failure('You requested a partition that cannot be placed here.')
    const first = Math.max(run[0], start.exact ? start.sector : Math.round(start.sector / GRAIN) * GRAIN, gpt ? 34 : 1)
    const aligned =
      end.exact && !to.endsWith('s')
        ? end.sector - 1
        : to.endsWith('s')
          ? end.sector
          : Math.round(end.sector / GRAIN) * GRAIN - 1
    const last = Math.min(run[1], aligned)
    const number =
      [...Array(128).keys()].map((at) => at + 1).find((at) => !table.partitions.some((each) => each.number === at)) ?? 1
    const type =
      typeNamed(table.label, system?.startsWith('linux-swap') ? 'swap' : name === 'extended' ? 'extended' : 'linux') ??
      ''
    const made = { number, start: first, end: last, type, ...(gpt && { uuid: newGuid(this.sys), name }) }
    await this.put({ ...table, partitions: [...table.partitions, made] })
    return words.length - rest.length + 2
  }

  async rm([number = '']: readonly string[]): Promise<number> {
    const { table } = this
    if (!table.partitions.some((each) => each.number === Number(number))) throw new Failure("Partition doesn't exist.")
    await this.put({ ...table, partitions: table.partitions.filter((each) => each.number !== Number(number)) })
    return 1
  }

  async resizepart([number = '', to = '']: readonly string[]): Promise<number> {
    const { table } = this
    const end = sectorOf(to, this.sectors, this.unit).sector - (to.endsWith('s') ? 0 : 1)
    const partitions = table.partitions.map((each) =>
      each.number === Number(number) ? { ...each, end: Math.min(end, this.sectors - 34) } : each,
    )
    await this.put({ ...table, partitions })
    return 2
  }

  async name([number = '', name = '']: readonly string[]): Promise<number> {
    const { table } = this
    await this.put({
      ...table,
      partitions: table.partitions.map((each) => (each.number === Number(number) ? { ...each, name } : each)),
    })
    return 2
  }

  async set([number = '', word = '', state = 'on']: readonly string[]): Promise<number> {
    const { table } = this
    const types = table.label === 'dos' ? MBR_FLAGS : GPT_FLAGS
    const change = (each: Partition): Partition =>
      word === 'boot' && table.label === 'dos'
        ? { ...each, bootable: state === 'on' }
        : {
            ...each,
            type: state === 'on' ? (types.get(word) ?? each.type) : (typeNamed(table.label, 'linux') ?? each.type),
          }
    await this.put({
      ...table,
      partitions: table.partitions.map((each) => (each.number === Number(number) ? change(each) : each)),
    })
    return 3
  }

  async setUnit([unit = '']: readonly string[]): Promise<number> {
    this.unit = named(unit) ?? 'compact'
    return 1
  }
  async alignCheck([kind = '', number = '']: readonly string[]): Promise<number> {
    const found = this.table.partitions.find((each) => each.number === Number(number))
    await this.io.print(
      `${number} ${found && (kind.startsWith('min') || found.start % GRAIN === 0) ? '' : 'not '}aligned\n`,
    )
    return 2
  }
  async quit(): Promise<number> {
    return Infinity
  }

  private put(table: PartitionTable): Promise<void> {
    return putTable(this.sys, this.disk, table)
  }
}

const PART_TYPES: ReadonlySet<string> = new Set(['primary', 'extended', 'logical'])
const FILE_SYSTEMS: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'fat16',
  'fat32',
  'linux-swap',
  'linux-swap(v1)',
  'ntfs',
])
const MBR_FLAGS = new Map([
  ['lvm', '8e'],
  ['swap', '82'],
  ['raid', 'fd'],
  ['esp', 'ef'],
])
const GPT_FLAGS = new Map([
  ['lvm', 'E6D6D379-F507-44C2-A23C-238F2A3DF928'],
  ['swap', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F'],
  ['raid', 'A19D880F-05FC-4D3B-A006-743F0F84911E'],
  ['esp', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
  ['boot', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
  ['bios_grub', '21686148-6449-6E6F-744E-656564454649'],
])
const FLAGS = new Map([...MBR_FLAGS, ...GPT_FLAGS].map(([name, type]) => [type, name === 'boot' ? 'boot, esp' : name]))

const VERBS = new Map([
  ['print', 'print'],
  ['mklabel', 'mklabel'],
  ['mktable', 'mklabel'],
  ['mkpart', 'mkpart'],
  ['rm', 'rm'],
  ['resizepart', 'resizepart'],
  ['name', 'name'],
  ['set', 'set'],
  ['unit', 'setUnit'],
  ['align-check', 'alignCheck'],
  ['quit', 'quit'],
] as const satisfies readonly (readonly [string, keyof Editor])[])

/** parted: a partition manipulation program. parted 3.5. */
export const parted = defineProgram({
  name: 'parted/parted',
  paths: ['/sbin/parted'],
  covers: 'partial',
  summary: 'partition manipulation program',
  usage: 'parted [OPTION]... [DEVICE [COMMAND [PARAMETERS]...]...]',
  stopAtOperand: true,
  options: {
    script: flag('s', 'script'),
    machine: flag('m', 'machine'),
    list: flag('l', 'list'),
    align: value('a', 'align'),
    version: flag('v', 'version'),
    fix: flag('f', 'fix'),
  },
  async main({ sys, io, options: o, operands }) {
    if (o.version) {
      await io.print('parted (GNU parted) 3.5\n')
      return 0
    }
    const all = (await sys.block({ op: 'list' })).filter(({ kind, bytes }) => bytes > 0 && kind !== 'part')
    const [first, ...commands] = operands
    const path = first ?? `/dev/${all.find(({ kind }) => kind === 'disk')?.name}`
    const stopped = async (text: string): Promise<number> => {
      await io.out.flush()
      await io.print(`Error: ${text}\n`)
      return 1
    }
    if (o.list) {
      let status = 0
      for (const { name } of all)
        status ||= await withDisk(sys, `/dev/${name}`, false, async (disk) => {
          try {
            await new Editor(sys, io, disk, o.machine > 0).print([])
            await io.print('\n')
            return 0
          } catch (error) {
            if (!(error instanceof Failure)) throw error
            return stopped(`/dev/${name}: ${error.message}`)
          }
        })
      return status
    }
    try {
      const changes = commands.some((word) => /^(?:mk|rm|resize|set|name)/.test(word))
      return await withDisk(sys, path, changes || commands.length === 0, async (disk) => {
        const editor = new Editor(sys, io, disk, o.machine > 0)
        const perform = async (words: readonly string[]): Promise<number> => {
          for (let at = 0; at < words.length; ) at += await editor.run(words.slice(at))
          return 0
        }
        if (commands.length > 0) {
          try {
            const status = await perform(commands)
            if (changes && !o.script) await io.print('Information: You may need to update /etc/fstab.\n\n')
            return status
          } catch (error) {
            if (!(error instanceof Failure)) throw error
            return stopped(error.message)
          }
        }
        await io.print(
          `GNU Parted 3.5\nUsing ${sys.realpath(path)}\nWelcome to GNU Parted! Type 'help' to view a list of commands.\n`,
        )
        for (;;) {
          await io.print('(parted) ')
          await io.out.flush()
          const line = new TextDecoder().decode(await sys.readUntil(0, 10, 4096))
          const words = line.trim().split(/\s+/).filter(Boolean)
          if (line === '' || words[0] === 'quit' || words[0] === 'q') return 0
          try {
            await perform(words)
          } catch (error) {
            if (!(error instanceof Failure)) throw error
            await io.print(`Error: ${error.message}\n`)
          }
        }
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      return stopped(`Could not stat device ${path} - ${error.message}.`)
    }
  },
})
