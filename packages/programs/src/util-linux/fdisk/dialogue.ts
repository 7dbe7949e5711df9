import type { Sys } from '@drydock/abi'
import { type Partition, type PartitionTable, readPartitions, usableSectors } from '@drydock/codec/disk'
import type { Stdio } from '@drydock/libc'
import type { DiskFile } from '../disk-file.ts'
import {
  alignUp,
  defaultEnd,
  freeRuns,
  listText,
  newGuid,
  newTable,
  nodeOf,
  sectorsOf,
  sizeOf,
  typeName,
  typeNamed,
  typesOf,
} from './disk-label.ts'
import { putTable } from './put-table.ts'

const WELCOME = `
Welcome to fdisk (util-linux 2.38.1).
Changes will remain in memory only, until you decide to write them.
Be careful before using the write command.

`

/** Standard input has ended. */
class EndOfInput extends Error {}

const MENU: Readonly<Record<PartitionTable['label'], string>> = {
  dos: `
  DOS (MBR)
   a   toggle a bootable flag
`,
  gpt: '',
}

/** What fdisk asks and is told: commands of one letter. fdisk(8) */
export class Dialogue {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly disk: DiskFile
  private readonly model: string | undefined
  private readonly sectors: number
  private table: PartitionTable

  constructor(sys: Sys, io: Stdio, disk: DiskFile, model: string | undefined) {
    this.sys = sys
    this.io = io
    this.disk = disk
    this.model = model
    this.sectors = Math.floor(disk.bytes / 512)
    this.table = readPartitions(disk.read) ?? newTable(sys, 'dos')
  }

  async run(): Promise<number> {
    await this.io.print(WELCOME)
    if (readPartitions(this.disk.read)) await this.io.print('\n')
    else {
      await this.io.print('Device does not contain a recognized partition table.\n')
      await this.io.print(`Created a new DOS (MBR) disklabel with disk identifier ${this.table.id}.\n\n`)
    }
    try {
      for (;;) {
        const word = await this.ask('Command (m for help): ')
        const command = COMMANDS.get(word)
        if (word === '') continue
        if (word === 'q') {
          await this.io.print('\n')
          return 0
        }
        if (word === 'w') {
          await putTable(this.sys, this.disk, this.table)
          const told = this.disk.isDevice ? 'Calling ioctl() to re-read partition table.\n' : ''
          await this.io.print(`The partition table has been altered.\n${told}Syncing disks.\n\n`)
          return 0
        }
        if (command) await this[command]()
        else await this.io.print(`${word}: unknown command\n`)
        await this.io.print('\n')
      }
    } catch (error) {
      if (!(error instanceof EndOfInput)) throw error
      await this.io.print('\n')
      return 1
    }
  }

  /** @throws EndOfInput */
  private async ask(prompt: string): Promise<string> {
    await this.io.print(prompt)
    await this.io.out.flush()
    const line = await this.sys.readUntil(0, 10, 4096)
    if (line.length === 0) throw new EndOfInput()
    return new TextDecoder().decode(line).trim()
  }

  /** A number in a range, the default for an empty line. */
  private async number(what: string, range: string, fits: (value: number) => boolean, preset: number): Promise<number> {
    for (;;) {
      const text = await this.ask(`${what} (${range}, default ${preset}): `)
      if (text === '') return preset
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (fits(value)) return value
      await this.io.print('Value out of range.\n')
    }
  }

  private async pick(): Promise<Partition | undefined> {
    const { partitions } = this.table
    const [only] = partitions
    if (!only) {
      await this.io.print('No partition is defined yet!\n')
      return undefined
    }
    if (partitions.length === 1) {
      await this.io.print(`Selected partition ${only.number}\n`)
      return only
    }
    const numbers = partitions.map(({ number }) => number)
    const range = ranges(numbers)
    const chosen = await this.number('Partition number', range, (n) => numbers.includes(n), numbers.at(-1) ?? 1)
    return partitions.find(({ number }) => number === chosen)
  }

  async add(): Promise<void> {
    const dos = this.table.label === 'dos'
    const numbers = Array.from({ length: dos ? 4 : 128 }, (_, at) => at + 1)
    const free = numbers.filter((number) => !this.table.partitions.some((each) => each.number === number))
    const [nextFree] = free
    if (nextFree === undefined) {
      await this.io.print('To create more partitions, first replace a primary with an extended partition.\n')
      return
    }
    const runs = freeRuns(this.table, this.sectors)
    const [firstRun] = runs
    if (!firstRun) {
      await this.io.print(dos ? 'All space for primary partitions is in use.\n' : 'No free sectors available.\n')
      return
    }
    let type = dos ? '83' : (typeNamed('gpt', 'linux') ?? '')
    if (dos) {
      const extended = this.table.partitions.filter((each) => ['5', 'f'].includes(each.type)).length
      const primary = this.table.partitions.length - extended
      await this.io.print(
        `Partition type\n   p   primary (${primary} primary, ${extended} extended, ${4 - primary - extended} free)\n   e   extended (container for logical partitions)\n`,
      )
      const kind = await this.ask('Select (default p): ')
      if (kind === 'e') type = '5'
    }
    const number = await this.number('Partition number', ranges(free, dos), (n) => free.includes(n), nextFree)
    const [, last] = usableSectors(this.table.label, this.sectors)
    const preset = alignUp(firstRun[0])
    const start = await this.number(
      'First sector',
      `${alignUp(2048)}-${last}`.replace(/^\d+/, String(dos || this.table.partitions.length > 0 ? preset : 2048)),
      (n) => runs.some(([from, to]) => n >= from && n <= to),
      preset,
    )
    const run = runs.find(([from, to]) => start >= from && start <= to) ?? firstRun
    const end = await this.lastSector(start, run[1])
    const made: Partition = { number, start, end, type, ...(dos ? {} : { uuid: newGuid(this.sys), name: '' }) }
    this.change([...this.table.partitions, made].sort((a, b) => a.number - b.number))
    await this.io.print(
      `\nCreated a new partition ${number} of type '${typeName(this.table.label, type)}' and of size ${words(made)}.\n`,
    )
  }

  private async lastSector(start: number, last: number): Promise<number> {
    const preset = defaultEnd(this.table.label, start, last)
    for (;;) {
      const text = await this.ask(
        `Last sector, +/-sectors or +/-size{K,M,G,T,P} (${start}-${last}, default ${preset}): `,
      )
      if (text === '') return preset
      const relative = /^[+-]/.test(text)
      const sectors = sectorsOf(text.replace(/^[+-]/, ''))
      if (sectors === undefined) {
        await this.io.print('Unsupported command.\n')
        continue
      }
      const end = text.startsWith('-') ? last - sectors : relative ? start + sectors - 1 : sectors
      if (end >= start && end <= last) return end
      await this.io.print('Value out of range.\n')
    }
  }

  async remove(): Promise<void> {
    const partition = await this.pick()
    if (!partition) return
    this.change(this.table.partitions.filter((each) => each !== partition))
    const lead = this.table.partitions.length > 0 ? '\n' : ''
    await this.io.print(`${lead || ''}Partition ${partition.number} has been deleted.\n`)
  }

  async print(): Promise<void> {
    await this.io.print(listText(this.disk.path, this.disk.bytes, this.model, this.table))
  }

  async type(): Promise<void> {
    const partition = await this.pick()
    if (!partition) return
    const { label } = this.table
    for (;;) {
      const prompt = label === 'dos' ? 'Hex code or alias' : 'Partition type or alias'
      const word = await this.ask(`${prompt} (type L to list all): `)
      if (word === 'L' || word === 'l') {
        await this.types()
        continue
      }
      const type = typeNamed(label, word)
      if (type === undefined) {
        await this.io.print(`Failed to parse '${word}' partition type.\n`)
        continue
      }
      this.replace(partition, { ...partition, type })
      await this.io.print(
        `\nChanged type of partition '${typeName(label, partition.type)}' to '${typeName(label, type)}'.\n`,
      )
      return
    }
  }

  async types(): Promise<void> {
    const rows = [...typesOf(this.table.label)].map(([type, name], at) =>
      this.table.label === 'dos'
        ? `${type.padStart(2, '0')}  ${name}\n`
        : `${String(at + 1).padStart(3)} ${name.padEnd(30)} ${type}\n`,
    )
    await this.io.print(`\n${rows.join('')}`)
  }

  async toggleBoot(): Promise<void> {
    const partition = this.table.label === 'dos' ? await this.pick() : undefined
    if (!partition) {
      if (this.table.label === 'gpt') await this.io.print('a: unknown command\n')
      return
    }
    this.replace(partition, { ...partition, bootable: !partition.bootable })
    const now = partition.bootable ? 'disabled' : 'enabled'
    await this.io.print(`\nThe bootable flag on partition ${partition.number} is ${now} now.\n`)
  }

  async info(): Promise<void> {
    const partition = await this.pick()
    if (!partition) return
    const { start, end, type, uuid } = partition
    const rows: readonly (readonly [string, string])[] = [
      ['Device', nodeOf(this.disk.path, partition.number)],
      ...(partition.bootable ? ([['Boot', '*']] as const) : []),
      ['Start', String(start)],
      ['End', String(end)],
      ['Sectors', String(end - start + 1)],
      ...(this.table.label === 'dos'
        ? ([
            ['Size', sizeOf(partition)],
            ['Id', type],
            ['Type', typeName('dos', type)],
          ] as const)
        : []),
      ...(this.table.label === 'gpt'
        ? ([
            ['Size', sizeOf(partition)],
            ['Type', typeName('gpt', type)],
            ['Type-UUID', type],
            ['UUID', uuid ?? ''],
          ] as const)
        : []),
    ]
    await this.io.print(rows.map(([name, text]) => `${name.padStart(15)}: ${text}\n`).join(''))
  }

  async verify(): Promise<void> {
    const free = freeRuns(this.table, this.sectors).reduce((sum, [start, end]) => sum + end - start + 1, 0)
    await this.io.print(`No errors detected.\nRemaining ${free} unallocated 512-byte sectors.\n`)
  }

  async free(): Promise<void> {
    const runs = freeRuns(this.table, this.sectors).map(([start, end]) => [alignUp(start), end] as const)
    const sectors = runs.reduce((sum, [start, end]) => sum + end - start + 1, 0)
    const size = sizeOf({ number: 0, start: 0, end: sectors - 1, type: '' })
    await this.io.print(
      `Unpartitioned space ${this.disk.path}: ${size}, ${sectors * 512} bytes, ${sectors} sectors\nUnits: sectors of 1 * 512 = 512 bytes\nSector size (logical/physical): 512 bytes / 512 bytes\n`,
    )
    const rows = runs.map(([start, end]) => [start, end, end - start + 1].map(String))
    const widths = ['Start', 'End', 'Sectors'].map((head, at) =>
      Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
    )
    const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join(' ')
    if (rows.length > 0)
      await this.io.print(
        `\n${line(['Start', 'End', 'Sectors'])} Size\n${rows.map((row, at) => `${line(row)} ${sizeOf({ number: 0, start: runs[at]?.[0] ?? 0, end: runs[at]?.[1] ?? 0, type: '' })}\n`).join('')}`,
      )
  }

  async newDos(): Promise<void> {
    this.table = newTable(this.sys, 'dos')
    await this.io.print(`Created a new DOS (MBR) disklabel with disk identifier ${this.table.id}.\n`)
  }
  async newGpt(): Promise<void> {
    this.table = newTable(this.sys, 'gpt')
    await this.io.print(`Created a new GPT disklabel (GUID: ${this.table.id}).\n`)
  }

  async help(): Promise<void> {
    await this.io.print(`
Help:
${MENU[this.table.label]}
  Generic
   d   delete a partition
   F   list free unpartitioned space
   l   list known partition types
   n   add a new partition
   p   print the partition table
   t   change a partition type
   v   verify the partition table
   i   print information about a partition

  Misc
   m   print this menu

  Save & Exit
   w   write table to disk and exit
   q   quit without saving changes

  Create a new label
   g   create a new empty GPT partition table
   o   create a new empty MBR (DOS) partition table

`)
  }

  private change(partitions: readonly Partition[]): void {
    this.table = { ...this.table, partitions }
  }
  private replace(before: Partition, after: Partition): void {
    this.change(this.table.partitions.map((each) => (each === before ? after : each)))
  }
}

type Command =
  | 'add'
  | 'remove'
  | 'print'
  | 'type'
  | 'types'
  | 'toggleBoot'
  | 'info'
  | 'verify'
  | 'free'
  | 'newDos'
  | 'newGpt'
  | 'help'

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['n', 'add'],
  ['d', 'remove'],
  ['p', 'print'],
  ['t', 'type'],
  ['l', 'types'],
  ['a', 'toggleBoot'],
  ['i', 'info'],
  ['v', 'verify'],
  ['F', 'free'],
  ['o', 'newDos'],
  ['g', 'newGpt'],
  ['m', 'help'],
])

/** `1-4`, `2-4`, `1,3,4` */
function ranges(numbers: readonly number[], joined = true): string {
  const [first = 1] = numbers
  const last = numbers.at(-1) ?? first
  const whole = last - first + 1 === numbers.length && numbers.length > 2
  return whole || !joined ? `${first}-${last}` : numbers.join(',')
}

const LONG = new Map([
  ['B', 'B'],
  ['K', 'KiB'],
  ['M', 'MiB'],
  ['G', 'GiB'],
  ['T', 'TiB'],
])
/** `300 MiB` */
export const words = (partition: Partition): string =>
  sizeOf(partition).replace(/([BKMGT])$/, (unit) => ` ${LONG.get(unit) ?? unit}`)
