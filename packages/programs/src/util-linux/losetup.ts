import { type BlockDevice, isErrno, O_RDONLY, O_RDWR, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, optional, type OptionValues, UsageError, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { print } from './smartcols.ts'

const options = {
  all: flag('a', 'all'),
  detach: list('d', 'detach'),
  detachAll: flag('D', 'detach-all'),
  find: flag('f', 'find'),
  capacity: value('c', 'set-capacity'),
  associated: value('j', 'associated'),
  nooverlap: flag('L', 'nooverlap'),
  offset: value('o', 'offset'),
  sizeLimit: value('', 'sizelimit'),
  sector: value('b', 'sector-size'),
  partScan: flag('P', 'partscan'),
  readOnly: flag('r', 'read-only'),
  direct: optional('', 'direct-io'),
  show: flag('', 'show'),
  verbose: flag('v', 'verbose'),
  json: flag('J', 'json'),
  list: flag('l', 'list'),
  noHeadings: flag('n', 'noheadings'),
  output: value('O', 'output'),
  outputAll: flag('', 'output-all'),
  raw: flag('', 'raw'),
} as const
type Options = OptionValues<typeof options>
type Loop = BlockDevice & { readonly loop: NonNullable<BlockDevice['loop']> }

interface Column {
  readonly right?: boolean
  readonly plain?: boolean
  readonly number?: boolean
  readonly cell: (device: Loop) => string
}
const flagText = (on: boolean): string => (on ? '1' : '0')
/** losetup(8), "Available output columns" */
const COLUMNS = new Map<string, Column>([
  ['NAME', { cell: ({ name }) => `/dev/${name}` }],
  ['SIZELIMIT', { right: true, number: true, cell: ({ loop }) => String(loop.sizeLimit) }],
  ['OFFSET', { right: true, number: true, cell: ({ loop }) => String(loop.offset) }],
  ['AUTOCLEAR', { right: true, plain: true, cell: ({ loop }) => flagText(loop.autoClear) }],
  ['RO', { right: true, plain: true, cell: ({ readOnly }) => flagText(readOnly) }],
  ['BACK-FILE', { cell: ({ loop }) => loop.file }],
  ['DIO', { right: true, plain: true, cell: () => '0' }],
  ['LOG-SEC', { right: true, number: true, cell: () => '512' }],
  ['BACK-INO', { right: true, number: true, cell: ({ loop }) => String(loop.ino) }],
  ['BACK-MAJ:MIN', { cell: ({ loop }) => `${Math.floor(loop.dev / 256)}:${loop.dev % 256}` }],
  ['MAJ:MIN', { cell: ({ major, minor }) => `${major}:${minor}` }],
  ['PARTSCAN', { right: true, plain: true, cell: ({ loop }) => flagText(loop.partScan) }],
])
const DEFAULT = ['NAME', 'SIZELIMIT', 'OFFSET', 'AUTOCLEAR', 'RO', 'BACK-FILE', 'DIO', 'LOG-SEC']

const numberOf = (path: string): number | undefined => {
  const digits = /^(?:\/dev\/)?loop(\d+)$/.exec(path)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

async function loops(sys: Sys): Promise<readonly Loop[]> {
  return (await sys.block({ op: 'list' })).filter((device): device is Loop => device.loop !== undefined)
}

const oldLine = ({ name, loop }: Loop): string => {
  const offset = loop.offset > 0 ? `, offset ${loop.offset}` : ''
  const limit = loop.sizeLimit > 0 ? `, sizelimit ${loop.sizeLimit}` : ''
  return `/dev/${name}: [${String(loop.dev).padStart(4, '0')}]:${loop.ino} (${loop.file})${offset}${limit}\n`
}

function table(shown: readonly Loop[], o: Options): string {
  const names = o.outputAll ? [...COLUMNS.keys()] : o.output ? o.output.toUpperCase().split(',') : DEFAULT
  const unknown = names.find((name) => !COLUMNS.has(name))
  if (unknown !== undefined) throw new UsageError(`unknown column: ${unknown.toLowerCase()}`)
  if (shown.length === 0 && !o.json) return ''
  const heads = names.map((name) => {
    const { right, plain, number = false } = COLUMNS.get(name) ?? {}
    return { name, right, plain, number }
  })
  const rows = shown.map((device) => ({
    name: device.name,
    parent: undefined,
    cells: names.map((name) => [COLUMNS.get(name)?.cell(device) ?? '']),
  }))
  const form = o.json ? 'json' : o.raw ? 'raw' : 'list'
  const look = { title: 'loopdevices', branches: 'NAME', headings: o.noHeadings === 0, ascii: false, shell: false }
  return print(heads, rows, { ...look, form })
}

/** LOOP_CTL_GET_FREE, for who has the device that is asked. @throws ENOENT, EACCES */
export async function freeLoop(sys: Sys): Promise<number> {
  sys.close(sys.open('/dev/loop-control', O_RDWR))
  return sys.block({ op: 'loop-free' })
}

/** Gives a file to a device. @throws ENOENT, EBUSY… */
export async function setUpLoop(
  sys: Sys,
  file: string,
  wish: {
    readonly number?: number | undefined
    readonly readOnly?: boolean
    readonly offset?: number
    readonly sizeLimit?: number
    readonly partScan?: boolean
    readonly autoClear?: boolean
  },
): Promise<string> {
  const number = wish.number ?? (await freeLoop(sys))
  const fd = openBest(sys, file, wish.readOnly ?? false)
  try {
    await sys.block({ op: 'loop-set', ...wish, number, fd, file: sys.realpath(file) })
  } finally {
    sys.close(fd)
  }
  return `/dev/loop${number}`
}

/** What may not be written to is set up all the same. */
function openBest(sys: Sys, file: string, readOnly: boolean): number {
  try {
    return sys.open(file, readOnly ? O_RDONLY : O_RDWR)
  } catch (error) {
    if (readOnly || !isErrno(error) || !['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error
    return sys.open(file, O_RDONLY)
  }
}

/** losetup: set up and control loop devices. util-linux 2.38. */
export const losetup = defineProgram({
  name: 'util-linux/losetup',
  paths: ['/usr/sbin/losetup'],
  covers: 'partial',
  summary: 'set up and control loop devices',
  usage: 'losetup [options] [<loopdev>]\n losetup [options] -f | <loopdev> <file>',
  options,
  async main({ sys, io, operands, options: o, fail }) {
    const size = (text: string | undefined): number => (text === undefined ? 0 : (parseSize(text) ?? 0))
    const detach = async (path: string): Promise<number> => {
      const number = numberOf(path)
      try {
        await sys.block({ op: 'loop-clear', number: number ?? -1 })
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        const what = error.code === 'ENODEV' ? 'failed to use device' : 'detach failed'
        await fail(`${path}: ${what}: ${error.message}`)
        return 1
      }
    }
    if (o.detachAll) {
      let status = 0
      for (const { name } of await loops(sys)) status ||= await detach(`/dev/${name}`)
      return status
    }
    if (o.detach.length > 0) {
      let status = 0
      for (const path of [...o.detach, ...operands]) status ||= await detach(path)
      return status
    }
    if (o.capacity !== undefined) {
      try {
        await sys.block({ op: 'loop-resize', number: numberOf(o.capacity) ?? -1 })
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${o.capacity}: set capacity failed: ${error.message}`)
        return 1
      }
    }
    const [first, second] = operands
    const file = o.find ? first : second
    if (file !== undefined) {
      const number = o.find ? undefined : numberOf(first ?? '')
      if (!o.find && number === undefined) {
        await fail(`${first}: failed to use device: No such device`)
        return 1
      }
      try {
        const wish = { number, readOnly: o.readOnly > 0, partScan: o.partScan > 0 }
        const part = { offset: size(o.offset), sizeLimit: size(o.sizeLimit) }
        const device = await setUpLoop(sys, file, { ...wish, ...part })
        if (o.show) await io.print(`${device}\n`)
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${error.code === 'EBUSY' ? first : file}: failed to set up loop device: ${error.message}`)
        return 1
      }
    }
    if (o.find) {
      try {
        await io.print(`/dev/loop${await freeLoop(sys)}\n`)
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`cannot find an unused loop device: ${error.message}`)
        return 1
      }
    }
    const all = await loops(sys)
    const asked = o.associated
    const shown = all.filter(
      ({ name, loop }) =>
        (first === undefined || numberOf(first) === Number(name.slice(4))) &&
        (asked === undefined || loop.file === realpath(sys, asked)),
    )
    if (first !== undefined && shown.length === 0) {
      const exists = (await sys.block({ op: 'list' })).some(({ name }) => `/dev/${name}` === first)
      await fail(`${first}: failed to use device: No such device${exists ? ' or address' : ''}`)
      return 1
    }
    const old = (o.all || asked !== undefined || first !== undefined) && !o.list && !o.json && !o.output
    await io.print(old ? shown.map(oldLine).join('') : table(shown, o))
    return 0
  },
})

function realpath(sys: Sys, path: string): string {
  try {
    return sys.realpath(path)
  } catch (error) {
    if (isErrno(error)) return path
    throw error
  }
}
