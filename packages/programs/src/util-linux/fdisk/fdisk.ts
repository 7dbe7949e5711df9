import { isErrno, type Sys } from '@drydock/abi'
import { readPartitions } from '@drydock/codec/disk'
import { defineProgram, flag, list, type Stdio, UsageError, value } from '@drydock/libc'
import { withDisk } from '../disk-file.ts'
import { listText } from './disk-label.ts'
import { Dialogue } from './dialogue.ts'

export async function modelOf(sys: Sys, path: string): Promise<string | undefined> {
  return (await sys.block({ op: 'list' })).find(({ name }) => `/dev/${name}` === path)?.model
}

/** Every disk, or those named. @returns the exit status */
export async function listDisks(sys: Sys, io: Stdio, name: string, paths: readonly string[]): Promise<number> {
  const all = (await sys.block({ op: 'list' })).filter(({ bytes, kind }) => bytes > 0 && kind !== 'part')
  const texts: string[] = []
  let status = 0
  for (const path of paths.length > 0 ? paths : all.map((device) => `/dev/${device.name}`))
    try {
      const model = await modelOf(sys, path)
      texts.push(
        await withDisk(sys, path, false, (disk) => listText(path, disk.bytes, model, readPartitions(disk.read))),
      )
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${name}: cannot open ${path}: ${error.message}\n`)
      status = 1
    }
  await io.print(texts.join('\n\n'))
  return status
}

/** fdisk: manipulate a disk's partition table. util-linux 2.38. */
export const fdisk = defineProgram({
  name: 'util-linux/fdisk',
  paths: ['/sbin/fdisk'],
  covers: 'partial',
  summary: 'manipulate disk partition table',
  usage: 'fdisk [options] <disk>\n fdisk [options] -l [<disk>...]',
  options: {
    sector: value('b', 'sector-size'),
    protect: flag('B', 'protect-boot'),
    compatibility: value('c', 'compatibility'),
    colour: value('L', 'color'),
    list: flag('l', 'list'),
    details: flag('x', 'list-details'),
    noAppend: flag('n', 'noauto-pt'),
    output: list('o', 'output'),
    type: value('t', 'type'),
    units: value('u', 'units'),
    size: flag('s', 'getsz'),
    bytes: flag('', 'bytes'),
    wipe: value('w', 'wipe'),
    wipePartitions: value('W', 'wipe-partitions'),
  },
  async main({ sys, io, name, options: o, operands }) {
    if (o.list || o.details) return listDisks(sys, io, name, operands)
    const [path] = operands
    if (path === undefined) throw new UsageError('bad usage')
    try {
      if (o.size) {
        for (const each of operands)
          await io.print(`${await withDisk(sys, each, false, (disk) => disk.bytes / 1024)}\n`)
        return 0
      }
      return await withDisk(sys, path, true, async (disk) =>
        new Dialogue(sys, io, disk, await modelOf(sys, path)).run(),
      )
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`fdisk: cannot open ${path}: ${error.message}\n`)
      return 1
    }
  },
})
