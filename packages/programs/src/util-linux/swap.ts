import { isErrno, type Sys } from '@drydock/abi'
import { PAGE_BYTES, parseUuid, randomUuid, uuidText, writeSwap } from '@drydock/codec/disk'
import { defineProgram, flag, optional, readTextFile, UsageError, value } from '@drydock/libc'
import { deviceByTag, withDisk } from './disk-file.ts'
import { parseMounts } from './mounts.ts'
import { shortSize } from './short-size.ts'
import { print } from './smartcols.ts'

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
/** `16 MiB`, as mkswap says it. */
function wordedSize(bytes: number): string {
  let [amount, unit] = [bytes, 0]
  while (amount >= 1024 && unit < UNITS.length - 1) [amount, unit] = [amount / 1024, unit + 1]
  const text = Number.isInteger(amount) ? String(amount) : amount.toFixed(1).replace(/\.0$/, '')
  return `${text} ${UNITS[unit]}`
}

/** mkswap: set up a swap area. util-linux 2.38. */
export const mkswap = defineProgram({
  name: 'util-linux/mkswap',
  paths: ['/usr/sbin/mkswap'],
  covers: 'partial',
  summary: 'set up a Linux swap area',
  usage: 'mkswap [options] device [size]',
  options: {
    check: flag('c', 'check'),
    force: flag('f', 'force'),
    quiet: flag('q', 'quiet'),
    label: value('L', 'label'),
    page: value('p', 'pagesize'),
    uuid: value('U', 'uuid'),
    version: value('v', 'swapversion'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [path] = operands
    if (path === undefined) throw new UsageError('Nowhere to set up swap on?')
    const uuid = o.uuid === undefined ? randomUuid(sys.entropy.bytes(16)) : parseUuid(o.uuid)
    if (!uuid) throw new UsageError('error: parsing UUID failed')
    try {
      return await withDisk(sys, path, true, async (disk) => {
        const { mode, uid } = sys.stat(path)
        const pages = Math.floor(disk.bytes / PAGE_BYTES)
        if (pages < 10) {
          await fail(`error: swap area needs to be at least 40 KiB`)
          return 1
        }
        const octal = (mode & 0o7777).toString(8).padStart(4, '0')
        if (!o.quiet && (mode & 0o077) !== 0 && !disk.isDevice)
          await fail(`${path}: insecure permissions ${octal}, fix with: chmod 0600 ${path}`)
        if (!o.quiet && uid !== 0 && !disk.isDevice)
          await fail(`${path}: insecure file owner ${uid}, fix with: chown 0:0 ${path}`)
        const before = disk.signature()
        if (before && !o.quiet) {
          await fail(`${path}: warning: wiping old ${before.type} signature.`)
          disk.write(before.magic.offset, new Uint8Array(before.magic.bytes.length))
        }
        disk.write(0, writeSwap({ pages, uuid, label: o.label ?? '' }))
        const bytes = (pages - 1) * PAGE_BYTES
        const named = o.label === undefined ? 'no label, ' : `LABEL=${o.label}, `
        if (!o.quiet)
          await io.print(
            `Setting up swapspace version 1, size = ${wordedSize(bytes)} (${bytes} bytes)\n${named}UUID=${uuidText(uuid)}\n`,
          )
        return 0
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot open ${path}: ${error.message}`)
      return 1
    }
  },
})

const HEADS = [
  { name: 'NAME', right: undefined, plain: undefined },
  { name: 'TYPE', right: undefined, plain: undefined },
  { name: 'SIZE', right: true, plain: undefined },
  { name: 'USED', right: true, plain: undefined },
  { name: 'PRIO', right: true, plain: undefined, number: true },
]

/** Files and devices that /etc/fstab has for swap. */
async function fstabSwaps(sys: Sys): Promise<string[]> {
  try {
    return parseMounts(await readTextFile(sys, '/etc/fstab'))
      .filter(({ type, options }) => type === 'swap' && !options.split(',').includes('noauto'))
      .map(({ source }) => source)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function resolved(sys: Sys, name: string): Promise<string> {
  const device = (await deviceByTag(sys, name)) ?? name
  try {
    return sys.realpath(device)
  } catch (error) {
    if (isErrno(error)) return device
    throw error
  }
}

/** swapon: enable devices and files for paging. util-linux 2.38. */
export const swapon = defineProgram({
  name: 'util-linux/swapon',
  paths: ['/usr/sbin/swapon'],
  covers: 'partial',
  summary: 'enable devices and files for paging and swapping',
  usage: 'swapon [options] [<spec>]',
  options: {
    all: flag('a', 'all'),
    discard: optional('d', 'discard'),
    ifExists: flag('e', 'ifexists'),
    fixpgsz: flag('f', 'fixpgsz'),
    options: value('o', 'options'),
    priority: value('p', 'priority'),
    show: optional('', 'show'),
    noHeadings: flag('', 'noheadings'),
    raw: flag('', 'raw'),
    bytes: flag('', 'bytes'),
    summary: flag('s', 'summary'),
    verbose: flag('v', 'verbose'),
    label: value('L'),
    uuid: value('U'),
  },
  async main({ sys, io, operands, options: o, fail, order }) {
    if (o.summary) {
      if ((await sys.block({ op: 'swap-list' })).length > 0) await io.print(await readTextFile(sys, '/proc/swaps'))
      return 0
    }
    const paths = o.all ? await fstabSwaps(sys) : [...operands]
    if (o.label !== undefined) paths.push(`LABEL=${o.label}`)
    if (o.uuid !== undefined) paths.push(`UUID=${o.uuid}`)
    if (order.includes('show') || (paths.length === 0 && !o.all)) {
      const areas = await sys.block({ op: 'swap-list' })
      const size = (bytes: number): string => (o.bytes ? String(bytes) : shortSize(bytes))
      const cells = areas.map(({ path, kind, bytes, priority }) => [path, kind, size(bytes), size(0), String(priority)])
      const rows = cells.map((row) => ({ name: row[0] ?? '', parent: undefined, cells: row.map((cell) => [cell]) }))
      const look = { title: 'swaps', branches: 'NAME', headings: o.noHeadings === 0, ascii: false, shell: false }
      if (rows.length > 0) await io.print(print(HEADS, rows, { ...look, form: o.raw ? 'raw' : 'list' }))
      return 0
    }
    let status = 0
    for (const given of paths) {
      const path = await resolved(sys, given)
      const reason = await enable(sys, path, o.priority === undefined ? undefined : Number(o.priority), fail)
      if (reason === undefined) {
        if (o.verbose)
          await io.print(`swapon: ${path}: found signature [pagesize=4096, signature=swap]\nswapon ${path}\n`)
        continue
      }
      if (o.all && reason.endsWith('Device or resource busy')) continue
      await fail(reason)
      status = 255
    }
    return status
  },
})

/** @returns what went wrong */
async function enable(
  sys: Sys,
  path: string,
  priority: number | undefined,
  warn: (text: string) => Promise<void>,
): Promise<string | undefined> {
  try {
    const { mode } = sys.stat(path)
    const mark = await withDisk(sys, path, false, (disk) => ({ found: disk.signature(), device: disk.isDevice }))
    const octal = (mode & 0o7777).toString(8).padStart(4, '0')
    if (!mark.device && (mode & 0o077) !== 0) await warn(`${path}: insecure permissions ${octal}, 0600 suggested.`)
    if (mark.found?.type !== 'swap') return `${path}: read swap header failed`
    await sys.block({ op: 'swap-on', path, ...(priority !== undefined && { priority }) })
    return undefined
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error.code === 'ENOENT' || error.code === 'EACCES') return `cannot open ${path}: ${error.message}`
    return `${path}: swapon failed: ${error.message}`
  }
}

/** swapoff: disable devices and files for paging. util-linux 2.38. */
export const swapoff = defineProgram({
  name: 'util-linux/swapoff',
  paths: ['/usr/sbin/swapoff'],
  covers: 'full',
  summary: 'disable devices and files for paging and swapping',
  usage: 'swapoff [options] [<spec>]',
  options: { all: flag('a', 'all'), verbose: flag('v', 'verbose'), label: value('L'), uuid: value('U') },
  async main({ sys, io, operands, options: o, fail }) {
    const areas = await sys.block({ op: 'swap-list' })
    const paths = o.all ? areas.map(({ path }) => path) : [...operands]
    if (o.label !== undefined) paths.push(`LABEL=${o.label}`)
    if (o.uuid !== undefined) paths.push(`UUID=${o.uuid}`)
    if (paths.length === 0 && !o.all) throw new UsageError('bad usage')
    let status = 0
    for (const given of paths)
      try {
        const path = await resolved(sys, given)
        if (o.verbose) await io.print(`swapoff ${path}\n`)
        await sys.block({ op: 'swap-off', path })
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${given}: swapoff failed: ${error.message}`)
        status = error.code === 'ENOENT' ? 32 : 4
      }
    return status
  },
})
