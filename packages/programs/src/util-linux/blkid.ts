import { isErrno } from '@drydock/abi'
import { type DiskSignature, readPartitions } from '@drydock/codec/disk'
import { defineProgram, flag, list, value } from '@drydock/libc'
import { deviceByTag, withDisk } from './disk-file.ts'

type Tag = readonly [name: string, value: string]

function tagsOf(found: DiskSignature, low: boolean): Tag[] {
  const { label, uuid, version, blockSize, type, usage } = found
  return [
    ...(label ? [['LABEL', label] as const] : []),
    ['UUID', uuid],
    ...(low && version ? [['VERSION', version] as const] : []),
    ...(blockSize === undefined ? [] : [['BLOCK_SIZE', String(blockSize)] as const]),
    ['TYPE', type],
    ...(low ? [['USAGE', usage] as const] : []),
  ]
}

const quoted = (tags: readonly Tag[]): string => tags.map(([name, text]) => `${name}="${text}"`).join(' ')

type Form = (path: string, tags: readonly Tag[]) => string
const FORMS = new Map<string, Form>([
  ['full', (path, tags) => `${path}: ${quoted(tags)}\n`],
  ['list', (path, tags) => `${path}: ${quoted(tags)}\n`],
  ['value', (_, tags) => tags.map(([, text]) => `${text}\n`).join('')],
  ['device', (path) => `${path}\n`],
  ['export', (path, tags) => `DEVNAME=${path}\n${tags.map(([name, text]) => `${name}=${text}\n`).join('')}`],
  ['udev', (_, tags) => tags.map(([name, text]) => `ID_FS_${name}=${text}\nID_FS_${name}_ENC=${text}\n`).join('')],
])
/** Nothing was found. blkid(8) */
const NOTHING = 2

/** blkid: locate or print block device attributes. util-linux 2.38. */
export const blkid = defineProgram({
  name: 'util-linux/blkid',
  paths: ['/usr/sbin/blkid'],
  covers: 'partial',
  summary: 'locate/print block device attributes',
  usage: 'blkid --label <label> | --uuid <uuid>\n blkid [options] [<dev> ...]',
  options: {
    cache: value('c', 'cache-file'),
    noEncoding: flag('d', 'no-encoding'),
    garbage: flag('g', 'garbage-collect'),
    output: value('o', 'output'),
    known: flag('k', 'list-filesystems'),
    tag: list('s', 'match-tag'),
    match: value('t', 'match-token'),
    listOne: flag('l', 'list-one'),
    label: value('L', 'label'),
    uuid: value('U', 'uuid'),
    probe: flag('p', 'probe'),
    info: flag('i', 'info'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const named = o.label === undefined ? (o.uuid === undefined ? undefined : `UUID=${o.uuid}`) : `LABEL=${o.label}`
    if (named !== undefined) {
      const device = await deviceByTag(sys, named)
      if (device !== undefined) await io.print(`${device}\n`)
      return device === undefined ? NOTHING : 0
    }
    if (o.known) {
      await io.print('ext2\next3\next4\nswap\nxfs\n')
      return 0
    }
    const form = FORMS.get(o.output ?? 'full')
    if (!form) {
      await fail(`unsupported output format ${o.output}`)
      return 4
    }
    const all = (await sys.block({ op: 'list' })).filter(({ bytes }) => bytes > 0).map(({ name }) => `/dev/${name}`)
    const parts: string[] = []
    for (const path of operands.length > 0 ? operands : all) {
      const tags = await probed(sys, path, o.probe > 0)
      const shown = tags.filter(([name]) => o.tag.length === 0 || o.tag.includes(name))
      const [name, text] = o.match?.split('=') ?? []
      if (name !== undefined && !tags.some((tag) => tag[0] === name && tag[1] === text?.replace(/^"(.*)"$/, '$1')))
        continue
      if (shown.length > 0) parts.push(form(path, shown))
    }
    await io.print(parts.join(o.output === 'export' ? '\n' : ''))
    return parts.length > 0 ? 0 : NOTHING
  },
})

async function probed(sys: Parameters<typeof withDisk>[0], path: string, low: boolean): Promise<Tag[]> {
  const device = (await sys.block({ op: 'list' })).find(({ name }) => `/dev/${name}` === path)
  const whole = device?.parent === undefined ? undefined : `/dev/${device.parent}`
  try {
    const own = await withDisk(sys, path, false, (disk) => {
      const found = disk.signature()
      if (found) return tagsOf(found, low)
      const table = readPartitions(disk.read)
      const id = table?.label === 'gpt' ? table.id.toLowerCase() : table?.id.slice(2)
      return table
        ? ([
            ['PTUUID', id ?? ''],
            ['PTTYPE', table.label],
          ] as const)
        : []
    })
    if (whole === undefined) return [...own]
    const entry = await withDisk(sys, whole, false, (disk) => {
      const table = readPartitions(disk.read)
      const part = table?.partitions.find(({ number }) => number === device?.partition)
      if (!table || !part) return []
      const number = part.number.toString(16).padStart(2, '0')
      const uuid = part.uuid?.toLowerCase() ?? `${table.id.slice(2)}-${number}`
      return [...(part.name ? [['PARTLABEL', part.name] as const] : []), ['PARTUUID', uuid] as const]
    })
    return [...own, ...entry]
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
