import { isBlockDevice, isCharDevice, isDirectory, isFifo, isSocket, isSymlink, type Stat } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'
import { modeString } from '../format/mode-string.ts'
import { layoutColumns } from '../text/columns.ts'
import { displayWidth, padEndTo, padStartTo } from '../text/width.ts'

export interface Entry {
  readonly name: string
  readonly path: string
  readonly stat: Stat
  /** Of a symbolic link. */
  readonly target?: string
  /** Mode of what the link leads to; missing for a broken one. */
  readonly targetMode?: number
}

/** How a listing looks, worked out from options and flavour once. */
export interface Listing {
  readonly isLong: boolean
  readonly layout: 'one' | 'columns' | 'across' | 'commas'
  readonly lineWidth: number
  readonly lineEnd: string
  readonly showInode: boolean
  readonly showBlocks: boolean
  readonly showOwner: boolean
  readonly showGroup: boolean
  readonly showAuthor: boolean
  /** There is none: a question mark. */
  readonly showContext: boolean
  readonly indicator: 'none' | 'slash' | 'file-type' | 'classify'
  readonly colors: boolean
  readonly painter: Painter
  /** Busybox: fixed widths as its printf has them. */
  readonly fixedWidths: boolean
  /** Sizes as 1.5K and 2M. */
  readonly humanSizes: boolean
  quote(name: string): string
  title(path: string): string
  missing(path: string, reason: string): string
  size(bytes: number): string
  blocks(stat: Stat): string
  total(stats: readonly Stat[]): string
  time(stat: Stat): string
  user(uid: number): string
  group(gid: number): string
}

const EXECUTABLE = 0o111
const INDICATORS: readonly [(mode: number) => boolean, string][] = [
  [isDirectory, '/'],
  [isSymlink, '@'],
  [isFifo, '|'],
  [isSocket, '='],
]

function indicator(kind: Listing['indicator'], mode: number, long: boolean): string {
  if (kind === 'none') return ''
  if (kind === 'slash') return isDirectory(mode) ? '/' : ''
  const mark = INDICATORS.find(([is]) => is(mode))?.[1]
  if (mark) return mark === '@' && long ? '' : mark
  return kind === 'classify' && mode & EXECUTABLE ? '*' : ''
}

/** dircolors' defaults. */
const ARCHIVES =
  /\.(tar|tgz|zip|gz|bz2|xz|zst|7z|rar|deb|rpm|jar|war|lz|lzma|cab|cpio|apk|Z|tbz2|txz|arj|taz|lha|lz4|lzh|tlz|t7z|z|dz|lrz|lzo|tzst|bz|tbz|tz|ear|sar|alz|ace|zoo|rz|wim|swm|dwm|esd)$/
const PICTURES =
  /\.(jpg|jpeg|png|gif|bmp|svg|svgz|tif|tiff|ico|webp|mp4|mkv|avi|mov|mpg|mpeg|webm|pbm|pgm|ppm|tga|xbm|xpm|mng|pcx|m2v|ogm|m4v|mjpg|mjpeg|wmv|flv|flc|fli|gl|dl|xcf|xwd|yuv|cgm|emf|ogv|ogx|vob|qt|nuv|asf|rm|rmvb)$/
const SOUND = /\.(aac|au|flac|m4a|mid|midi|mka|mp3|mpc|ogg|ra|wav|oga|opus|spx|xspf)$/

function colorOf(name: string, mode: number, broken: boolean): string {
  if (broken) return '01;31'
  if (isSymlink(mode)) return '01;36'
  if (isDirectory(mode)) {
    const sticky = (mode & 0o1000) !== 0
    if (mode & 0o002) return sticky ? '30;42' : '34;42'
    return sticky ? '37;44' : '01;34'
  }
  if (isFifo(mode)) return '33'
  if (isSocket(mode)) return '01;35'
  if (isBlockDevice(mode) || isCharDevice(mode)) return '01;33'
  if (mode & 0o4000) return '37;41'
  if (mode & 0o2000) return '30;43'
  if (mode & EXECUTABLE) return '01;32'
  return ARCHIVES.test(name) ? '01;31' : PICTURES.test(name) ? '01;35' : SOUND.test(name) ? '00;36' : ''
}

/** One run may print several coloured names; the first is led by a reset, as ls does. */
export class Painter {
  private started = false
  private readonly on: boolean
  constructor(on: boolean) {
    this.on = on
  }
  paint(text: string, color: string): string {
    if (!this.on || color === '') return text
    const lead = this.started ? '' : '\x1b[0m'
    this.started = true
    return `${lead}\x1b[${color}m${text}\x1b[0m`
  }
}

interface Cell {
  readonly text: string
  readonly width: number
}

function nameCell(listing: Listing, painter: Painter, entry: Entry): Cell {
  const quoted = listing.quote(entry.name)
  const mark = indicator(listing.indicator, entry.stat.mode, listing.isLong)
  const broken = isSymlink(entry.stat.mode) && entry.targetMode === undefined
  const text = painter.paint(quoted, listing.colors ? colorOf(entry.name, entry.stat.mode, broken) : '') + mark
  return { text, width: displayWidth(quoted) + mark.length }
}

const device = (rdev: number): string => `${(rdev >> 8) & 0xfff}, ${String(rdev & 0xff).padStart(3)}`
const sizeText = (listing: Listing, stat: Stat): string =>
  isCharDevice(stat.mode) || isBlockDevice(stat.mode) ? device(stat.rdev) : listing.size(stat.size)

interface Column {
  readonly texts: readonly string[]
  readonly right: boolean
  readonly fixed: number
}

function longColumns(listing: Listing, entries: readonly Entry[]): Column[] {
  const column = (text: (entry: Entry) => string, right: boolean, fixed = 0): Column => ({
    texts: entries.map(text),
    right,
    fixed: listing.fixedWidths ? fixed : 0,
  })
  return [
    ...(listing.showInode ? [column((e) => String(e.stat.ino), true, 7)] : []),
    ...(listing.showBlocks ? [column((e) => listing.blocks(e.stat), true, 6)] : []),
    column((e) => modeString(e.stat.mode), false),
    column((e) => String(e.stat.nlink), true, 4),
    ...(listing.showOwner ? [column((e) => listing.user(e.stat.uid), false, 8)] : []),
    ...(listing.showGroup ? [column((e) => listing.group(e.stat.gid), false, 8)] : []),
    ...(listing.showAuthor ? [column((e) => listing.user(e.stat.uid), false, 8)] : []),
    ...(listing.showContext ? [column(() => '?', false)] : []),
    column((e) => sizeText(listing, e.stat), true, listing.humanSizes ? 7 : 9),
    column((e) => listing.time(e.stat), false),
  ]
}

async function printLong(io: Stdio, listing: Listing, entries: readonly Entry[]): Promise<void> {
  const painter = listing.painter
  const columns = longColumns(listing, entries)
  const widths = columns.map(({ texts, fixed }) => fixed || Math.max(0, ...texts.map(displayWidth)))
  for (const [row, entry] of entries.entries()) {
    const cells = columns.map(({ texts, right }, i) =>
      (right ? padStartTo : padEndTo)(texts[row] ?? '', widths[i] ?? 0),
    )
    await io.print(
      `${cells.join(' ')} ${nameCell(listing, painter, entry).text}${arrow(listing, painter, entry)}${listing.lineEnd}`,
    )
  }
}

function arrow(listing: Listing, painter: Painter, entry: Entry): string {
  if (entry.target === undefined || !isSymlink(entry.stat.mode)) return ''
  const mode = entry.targetMode
  const color = listing.colors ? colorOf(entry.target, mode ?? 0, mode === undefined) : ''
  const mark = mode === undefined ? '' : indicator(listing.indicator, mode, true)
  return ` -> ${painter.paint(listing.quote(entry.target), color)}${mark}`
}

function shortCells(listing: Listing, entries: readonly Entry[]): Cell[] {
  const painter = listing.painter
  const inodeWidth = Math.max(0, ...entries.map((e) => String(e.stat.ino).length))
  const blockWidth = Math.max(0, ...entries.map((e) => listing.blocks(e.stat).length))
  return entries.map((entry) => {
    const head =
      (listing.showInode ? `${String(entry.stat.ino).padStart(inodeWidth)} ` : '') +
      (listing.showBlocks ? `${listing.blocks(entry.stat).padStart(blockWidth)} ` : '')
    const cell = nameCell(listing, painter, entry)
    return { text: head + cell.text, width: head.length + cell.width }
  })
}

function alignQuotes(listing: Listing, cells: Cell[], entries: readonly Entry[]): Cell[] {
  const quoted = entries.some((entry) => /^['"]/.test(listing.quote(entry.name)))
  if (!quoted || listing.layout === 'commas') return cells
  return cells.map((cell, i) =>
    /^['"]/.test(listing.quote(entries[i]?.name ?? '')) ? cell : { text: ` ${cell.text}`, width: cell.width + 1 },
  )
}

/** Blanks from one column to another; GNU ls takes tabs where they reach, but never beside colours. */
function indent(from: number, to: number, tabs: boolean): string {
  let out = ''
  let at = from
  while (at < to) {
    const tab = tabs && Math.floor(to / 8) > Math.floor((at + 1) / 8)
    out += tab ? '\t' : ' '
    at += tab ? 8 - (at % 8) : 1
  }
  return out
}

async function printColumns(io: Stdio, listing: Listing, cells: readonly Cell[]): Promise<void> {
  const across = listing.layout === 'across'
  // Busybox makes all columns as wide as the widest name asks for.
  const widest = Math.max(0, ...cells.map((cell) => cell.width))
  const { rows, columnWidths } = layoutColumns(
    cells.map((cell) => (listing.fixedWidths ? widest : cell.width)),
    listing.lineWidth,
    across,
  )
  const columns = columnWidths.length
  for (let row = 0; row < rows; row++) {
    let line = ''
    for (let column = 0; column < columns; column++) {
      const cell = cells[across ? row * columns + column : column * rows + row]
      const following = across ? row * columns + column + 1 : (column + 1) * rows + row
      if (!cell) break
      const last = column === columns - 1 || following >= cells.length
      line += cell.text
      if (last) break
      const start = columnWidths.slice(0, column).reduce((sum, width) => sum + width, 0)
      line += indent(start + cell.width, start + (columnWidths[column] ?? 0), !listing.colors && !listing.fixedWidths)
    }
    await io.print(`${line}\n`)
  }
}

async function printCommas(io: Stdio, listing: Listing, cells: readonly Cell[]): Promise<void> {
  let line = ''
  let width = 0
  for (const [i, cell] of cells.entries()) {
    const last = i === cells.length - 1
    if (width > 0 && width + cell.width + (last ? 0 : 2) > listing.lineWidth) {
      await io.print(`${line.trimEnd()}\n`)
      line = ''
      width = 0
    }
    line += cell.text + (last ? '' : ', ')
    width += cell.width + 2
  }
  if (cells.length) await io.print(`${line}\n`)
}

/** @param folder  whether these are the contents of one, with a line "total" where one belongs */
export async function printEntries(
  io: Stdio,
  listing: Listing,
  entries: readonly Entry[],
  folder: boolean,
): Promise<void> {
  if (folder && (listing.isLong || listing.showBlocks)) await io.print(`${listing.total(entries.map((e) => e.stat))}\n`)
  if (entries.length === 0) return
  if (listing.isLong) return printLong(io, listing, entries)
  const cells = shortCells(listing, entries)
  if (listing.layout === 'one') {
    for (const cell of cells) await io.print(`${cell.text}${listing.lineEnd}`)
    return
  }
  const aligned = alignQuotes(listing, cells, entries)
  return listing.layout === 'commas' ? printCommas(io, listing, cells) : printColumns(io, listing, aligned)
}
