import { isErrno } from '@drydock/abi'
import { readPartitions } from '@drydock/codec/disk'
import { defineProgram, flag, UsageError, value } from '@drydock/libc'
import { mountPointOf, withDisk } from './disk-file.ts'
import { print } from './smartcols.ts'

interface Mark {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly type: string
  readonly uuid: string
  readonly label: string
}

const HEADS = ['DEVICE', 'OFFSET', 'TYPE', 'UUID', 'LABEL'].map((name) => ({
  name,
  right: undefined,
  plain: undefined,
}))
const hex = (value: number, width = 0): string => `0x${value.toString(16).padStart(width, '0')}`

/** wipefs: wipe a signature from a device. util-linux 2.38. */
export const wipefs = defineProgram({
  name: 'util-linux/wipefs',
  paths: ['/usr/sbin/wipefs'],
  covers: 'partial',
  summary: 'wipe a signature from a device',
  usage: 'wipefs [options] <device>',
  options: {
    all: flag('a', 'all'),
    backup: flag('b', 'backup'),
    force: flag('f', 'force'),
    noHeadings: flag('i', 'noheadings'),
    json: flag('J', 'json'),
    noAct: flag('n', 'no-act'),
    offset: value('o', 'offset'),
    parsable: flag('p', 'parsable'),
    quiet: flag('q', 'quiet'),
    types: value('t', 'types'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    if (operands.length === 0) throw new UsageError('bad usage')
    const found: { path: string; mark: Mark }[] = []
    for (const path of operands)
      try {
        const marks = await withDisk(sys, path, false, (disk): Mark[] => {
          const mark = disk.signature()
          const table = mark ? undefined : readPartitions(disk.read)
          const own = mark ? [{ ...mark, ...mark.magic }] : []
          if (!table) return own
          const dos = { offset: 510, bytes: Uint8Array.of(0x55, 0xaa), type: 'dos', uuid: '', label: '' }
          if (table.label === 'dos') return [dos]
          const efi = new TextEncoder().encode('EFI PART')
          const last = (Math.floor(disk.bytes / 512) - 1) * 512
          return [
            ...[512, last].map((offset) => ({ offset, bytes: efi, type: 'gpt', uuid: '', label: '' })),
            { ...dos, type: 'PMBR' },
          ]
        })
        const wanted = marks.filter(({ type }) => o.types === undefined || o.types.split(',').includes(type))
        if ((o.all || o.offset !== undefined) && !o.force && (await mountPointOf(sys, path)) !== undefined) {
          await fail(`error: ${path}: probing initialization failed: Device or resource busy`)
          return 1
        }
        for (const mark of wanted) {
          const erases = o.all || (o.offset !== undefined && Number(o.offset) === mark.offset)
          if (!erases) {
            if (o.offset === undefined) found.push({ path, mark })
            continue
          }
          if (!o.noAct)
            await withDisk(sys, path, true, (disk) => disk.write(mark.offset, new Uint8Array(mark.bytes.length)))
          const bytes = [...mark.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
          if (!o.quiet)
            await io.print(
              `${path}: ${mark.bytes.length} bytes were erased at offset ${hex(mark.offset, 8)} (${mark.type}): ${bytes}\n`,
            )
        }
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`error: ${path}: probing initialization failed: ${error.message}`)
        return 1
      }
    const rows = found.map(({ path, mark: { offset, type, uuid, label } }) => ({
      name: path,
      parent: undefined,
      cells: [path.replace(/^\/dev\//, ''), hex(offset), type, uuid, label].map((cell) => [cell]),
    }))
    const look = { title: 'signatures', branches: '', headings: o.noHeadings === 0, ascii: false, shell: false }
    if (o.parsable && found.length > 0)
      await io.print(
        `# offset,uuid,label,type\n${found.map(({ mark }) => `${hex(mark.offset)},${mark.uuid},${mark.label},${mark.type}\n`).join('')}`,
      )
    else if (rows.length > 0 || o.json) await io.print(print(HEADS, rows, { ...look, form: o.json ? 'json' : 'list' }))
    return 0
  },
})
