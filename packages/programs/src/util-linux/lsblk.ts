import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile } from '@drydock/libc'
import { readMounts } from './mounts.ts'

interface Device {
  readonly name: string
  readonly numbers: string
  readonly bytes: number
}

/** /proc/partitions: major, minor, blocks of 1 KiB, name. */
async function devices(sys: Sys): Promise<Device[]> {
  try {
    return (await readTextFile(sys, '/proc/partitions'))
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([major]) => /^\d+$/.test(major ?? ''))
      .map(([major = '', minor = '', blocks = '0', name = '']) => ({
        name,
        numbers: `${major}:${minor}`,
        bytes: Number(blocks) * 1024,
      }))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** `50G`, `1.5G`: one decimal only where it is not zero. */
function size(bytes: number, plain: boolean): string {
  if (plain) return String(bytes)
  let scaled = bytes
  let power = 0
  for (; scaled >= 1024 && power < 5; scaled /= 1024) power++
  return `${scaled.toFixed(1).replace(/\.0$/, '')}${'BKMGTP'.charAt(power)}`
}

/** lsblk: block devices as a tree. util-linux 2.38. */
export const lsblk = defineProgram({
  name: 'util-linux/lsblk',
  paths: ['/bin/lsblk'],
  covers: 'partial',
  lacks: ['-o', '-J', '-p', '-S'],
  summary: 'list block devices',
  sizeBytes: 166296,
  usage: 'lsblk [options] [<device> ...]',
  options: {
    all: flag('a', 'all'),
    bytes: flag('b', 'bytes'),
    fs: flag('f', 'fs'),
    list: flag('l', 'list'),
    noDeps: flag('d', 'nodeps'),
    noHeadings: flag('n', 'noheadings'),
  },
  async main({ sys, io, options: o, operands, fail }) {
    const all = await devices(sys)
    const wanted = operands.map((path) => path.replace(/^\/dev\//, ''))
    for (const name of wanted)
      if (!all.some((device) => device.name === name)) {
        await fail(`${name.startsWith('/') ? name : `/dev/${name}`}: not a block device`)
        return 32
      }
    const mounts = await readMounts(sys)
    const disks = all.filter((device) => !/^(sd[a-z]+|vd[a-z]+)\d+$/.test(device.name))
    const rows: string[][] = o.noHeadings
      ? []
      : [o.fs ? ['NAME', 'FSTYPE', 'MOUNTPOINTS'] : ['NAME', 'MAJ:MIN', 'RM', 'SIZE', 'RO', 'TYPE', 'MOUNTPOINTS']]
    const add = ({ name, numbers, bytes }: Device, type: string, branch: string): void => {
      const mount = mounts.find((each) => each.source === `/dev/${name}`)
      const target = mount?.target ?? ''
      rows.push(
        o.fs
          ? [branch + name, mount?.type ?? '', target]
          : [
              branch + name,
              numbers.replace(/:(\d)$/, ':$1  ').replace(/:(\d\d)$/, ':$1 '),
              '0',
              size(bytes, o.bytes > 0),
              '0',
              type,
              target,
            ],
      )
    }
    for (const disk of disks) {
      if (wanted.length === 0 || wanted.includes(disk.name))
        add(disk, disk.name.startsWith('loop') ? 'loop' : 'disk', '')
      if (o.noDeps) continue
      const parts = all.filter((device) => device !== disk && new RegExp(`^${disk.name}\\d+$`).test(device.name))
      parts.forEach((part, i) => {
        const branch = o.list ? '' : i === parts.length - 1 ? '└─' : '├─'
        if (wanted.length === 0 || wanted.includes(disk.name) || wanted.includes(part.name)) add(part, 'part', branch)
      })
    }
    const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length))
    const right = new Set(o.fs ? [] : [1, 2, 3, 4])
    for (const row of rows)
      await io.print(
        `${row.map((cell, i) => (i === row.length - 1 ? cell : right.has(i) ? cell.padStart(width(i)) : cell.padEnd(width(i)))).join(' ')}\n`,
      )
    return 0
  },
})
