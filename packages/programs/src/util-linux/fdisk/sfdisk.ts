import { isErrno } from '@drydock/abi'
import { type Partition, type PartitionTable, readPartitions, usableSectors } from '@drydock/codec/disk'
import { defineProgram, flag, readAll, UsageError, value } from '@drydock/libc'
import { withDisk } from '../disk-file.ts'
import { words } from './dialogue.ts'
import {
  alignUp,
  defaultEnd,
  diskText,
  freeRuns,
  newGuid,
  newTable,
  nodeOf,
  partitionsText,
  sectorsOf,
  typeName,
  typeNamed,
} from './disk-label.ts'
import { listDisks, modelOf } from './fdisk.ts'
import { putTable } from './put-table.ts'

const pad = (amount: number): string => String(amount).padStart(12)

/** What -d prints, and what a script may say. sfdisk(8), "INPUT FORMATS" */
function dump(path: string, table: PartitionTable, sectors: number): string {
  const [first, last] = usableSectors(table.label, sectors)
  const gpt = table.label === 'gpt' ? `first-lba: ${first}\nlast-lba: ${last}\n` : ''
  const head = `label: ${table.label}\nlabel-id: ${table.id}\ndevice: ${path}\nunit: sectors\n${gpt}sector-size: 512\n\n`
  const rows = table.partitions.map(({ number, start, end, type, bootable, uuid, name }) => {
    const more = `${uuid ? `, uuid=${uuid}` : ''}${name ? `, name="${name}"` : ''}${bootable ? ', bootable' : ''}`
    return `${nodeOf(path, number)} : start=${pad(start)}, size=${pad(end - start + 1)}, type=${type}${more}\n`
  })
  return head + rows.join('')
}

function json(path: string, { label, id, partitions }: PartitionTable, sectors: number): string {
  const [firstlba, lastlba] = usableSectors(label, sectors)
  const rows = partitions.map(({ number, start, end, type, bootable, uuid, name }) => ({
    ...{ node: nodeOf(path, number), start, size: end - start + 1, type },
    ...(uuid && { uuid }),
    ...(name && { name }),
    ...(bootable && { bootable }),
  }))
  const gpt = label === 'gpt' ? { firstlba, lastlba } : {}
  const partitiontable = { label, id, device: path, unit: 'sectors', ...gpt, sectorsize: 512, partitions: rows }
  return `${JSON.stringify({ partitiontable }, undefined, 3).replace(/\},\n\s*\{/g, '},{')}\n`
}

/** A line of a script: `,100M,L` or `start=2048, size=…, type=83`. */
function asked(line: string): { start?: string; size?: string; type?: string; bootable: boolean; name?: string } {
  const text = line.replace(/^\S+\s*:(?=\s)/, '').trim()
  const fields = text.split(/[,;]/).map((field) => field.trim())
  if (!/\w+=/.test(text)) {
    const [start = '', size = '', type = '', boot = ''] =
      text.includes(',') || text.includes(';') ? fields : text.split(/\s+/)
    return { ...(start && { start }), ...(size && { size }), ...(type && { type }), bootable: boot === '*' }
  }
  const named = new Map(fields.map((field) => field.split('=').map((word) => word.trim()) as [string, string]))
  const get = (name: string): string | undefined => named.get(name)
  const [start, size, type, name] = [get('start'), get('size'), get('type') ?? get('Id'), get('name')]
  return {
    ...(start && { start }),
    ...(size && { size }),
    ...(type && { type }),
    ...(name && { name: name.replace(/"/g, '') }),
    bootable: fields.includes('bootable'),
  }
}

/** sfdisk: display or manipulate a disk's partition table. util-linux 2.38. */
export const sfdisk = defineProgram({
  name: 'util-linux/sfdisk',
  paths: ['/sbin/sfdisk'],
  covers: 'partial',
  summary: 'display or manipulate a disk partition table',
  usage: 'sfdisk [options] <dev> [[-N] <part>]\n sfdisk [options] <command>',
  options: {
    list: flag('l', 'list'),
    dump: flag('d', 'dump'),
    json: flag('J', 'json'),
    size: flag('s', 'show-size'),
    remove: flag('', 'delete'),
    verify: flag('V', 'verify'),
    append: flag('a', 'append'),
    force: flag('f', 'force'),
    noAct: flag('n', 'no-act'),
    quiet: flag('q', 'quiet'),
    label: value('X', 'label'),
    wipe: value('w', 'wipe'),
    number: value('N', 'partno'),
    noReread: flag('', 'no-reread'),
  },
  async main({ sys, io, name, options: o, operands, fail }) {
    if (o.list) return listDisks(sys, io, name, operands)
    const [path, ...numbers] = operands
    if (path === undefined) throw new UsageError('no disk device specified')
    try {
      return await withDisk(sys, path, !(o.dump || o.json || o.size), async (disk) => {
        const sectors = Math.floor(disk.bytes / 512)
        const before = readPartitions(disk.read)
        if (o.size) {
          await io.print(`${Math.floor(disk.bytes / 1024)}\n`)
          return 0
        }
        if (o.dump || o.json || o.remove || o.verify) {
          if (!before) {
            await fail(`${path}: does not contain a recognized partition table`)
            return 1
          }
          if (o.dump) await io.print(dump(path, before, sectors))
          else if (o.json) await io.print(json(path, before, sectors))
          else if (o.verify) await io.print('No errors detected.\n')
          else {
            const gone = numbers.map(Number)
            const partitions = gone.length > 0 ? before.partitions.filter((each) => !gone.includes(each.number)) : []
            await putTable(sys, disk, { ...before, partitions })
            await io.print('\nThe partition table has been altered.\nSyncing disks.\n')
          }
          return 0
        }
        return apply()

        async function apply(): Promise<number> {
          const model = await modelOf(sys, path ?? '')
          if (!o.quiet) {
            await io.print('Checking that no-one is using this disk right now ... OK\n\n')
            await io.print(diskText(disk.path, disk.bytes, model, before))
            if (before) await io.print(`\nOld situation:\n\n${partitionsText(disk.path, before)}`)
            await io.print('\n')
          }
          const lines = new TextDecoder().decode(await readAll(sys, 0)).split('\n')
          const headers = lines.filter((line) => /^[a-z-]+\s*:\s*\S*$/.test(line))
          const label = headers.map((line) => /^label\s*:\s*(\w+)/.exec(line)?.[1]).find(Boolean) ?? o.label
          const kind = label === 'gpt' || (label === undefined && before?.label === 'gpt') ? 'gpt' : 'dos'
          let table = o.append && before ? before : newTable(sys, kind)
          const say = async (text: string): Promise<void> => (o.quiet ? undefined : io.print(text))
          for (const _ of headers) await say('>>> Script header accepted.\n')
          if (table !== before)
            await say(
              kind === 'gpt'
                ? `>>> Created a new GPT disklabel (GUID: ${table.id}).\n`
                : `>>> Created a new DOS disklabel with disk identifier ${table.id}.\n`,
            )
          let number = Math.max(0, ...table.partitions.map((each) => each.number)) + 1
          for (const line of lines) {
            if (line.trim() === '' || headers.includes(line) || line.startsWith('#')) continue
            const wish = asked(line)
            const run = freeRuns(table, sectors)[0]
            if (!run) {
              await fail(`${nodeOf(path ?? '', number)}: No free sectors available`)
              return 1
            }
            const start = wish.start && wish.start !== '-' ? (sectorsOf(wish.start) ?? 0) : alignUp(run[0])
            const size = wish.size && wish.size !== '+' && wish.size !== '-' ? sectorsOf(wish.size) : undefined
            const end = size === undefined ? defaultEnd(kind, start, run[1]) : start + size - 1
            const type = typeNamed(kind, wish.type ?? 'linux') ?? ''
            const gpt = kind === 'gpt' ? { uuid: newGuid(sys), name: wish.name ?? '' } : {}
            const made: Partition = { number, start, end, type, ...(wish.bootable && { bootable: true }), ...gpt }
            table = { ...table, partitions: [...table.partitions, made] }
            await say(
              `${nodeOf(path ?? '', number)}: Created a new partition ${number} of type '${typeName(kind, type)}' and of size ${words(made)}.\n`,
            )
            number++
          }
          await say(`${nodeOf(path ?? '', number)}: Done.\n`)
          await say(
            `\nNew situation:\nDisklabel type: ${table.label}\nDisk identifier: ${table.id}\n\n${partitionsText(disk.path, table)}`,
          )
          if (o.noAct) {
            await say('The partition table is unchanged (--no-act).\n')
            return 0
          }
          await putTable(sys, disk, table)
          const told = disk.isDevice ? 'Calling ioctl() to re-read partition table.\n' : ''
          await say(`\nThe partition table has been altered.\n${told}Syncing disks.\n`)
          return 0
        }
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot open ${path}: ${error.message}`)
      return 1
    }
  },
})
