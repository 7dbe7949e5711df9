import { S_IFDIR, S_IFREG } from '@drydock/abi'
import type { ZipEntry } from '@drydock/codec'
import { modeString } from '../format/mode-string.ts'
import { strftime, type Zone } from '../format/strftime.ts'

interface Sums {
  readonly size: number
  readonly packed: number
  readonly files: string
}

const sumsOf = (entries: readonly ZipEntry[]): Sums => ({
  size: entries.reduce((sum, each) => sum + each.size, 0),
  packed: entries.reduce((sum, each) => sum + each.packed.length, 0),
  files: `${entries.length} file${entries.length === 1 ? '' : 's'}`,
})

/** What packing saved, in tenths of a percent. */
function saved(size: number, packed: number): number {
  if (size === 0) return 0
  const tenths = (1000 * Math.abs(size - packed)) / size
  return Math.sign(size - packed) * Math.floor(tenths + 0.5)
}

const percent = (size: number, packed: number): string => `${Math.trunc((saved(size, packed) + 5) / 10)}%`

/** `unzip -l` */
export function shortList(entries: readonly ZipEntry[], zone: Zone): string {
  const { size, files } = sumsOf(entries)
  const line = (each: ZipEntry): string =>
    `${String(each.size).padStart(9)}  ${strftime('%Y-%m-%d %H:%M', each.mtimeMs, zone)}   ${each.name}\n`
  return (
    '  Length      Date    Time    Name\n---------  ---------- -----   ----\n' +
    entries.map(line).join('') +
    `---------                     -------\n${String(size).padStart(9)}                     ${files}\n`
  )
}

const DEFLATED = ['Defl:N', 'Defl:X', 'Defl:F', 'Defl:S'] as const
const methodOf = ({ method, flags }: ZipEntry): string =>
  method === 0
    ? 'Stored'
    : method === 8
      ? (DEFLATED[(flags >> 1) & 3] ?? 'Defl:N')
      : `Unk:${String(method).padStart(3, '0')}`

/** `unzip -v` */
export function longList(entries: readonly ZipEntry[], zone: Zone): string {
  const { size, packed, files } = sumsOf(entries)
  const line = (each: ZipEntry): string =>
    `${String(each.size).padStart(8)}  ${methodOf(each)} ${String(each.packed.length).padStart(8)} ` +
    `${percent(each.size, each.packed.length).padStart(4)} ${strftime('%Y-%m-%d %H:%M', each.mtimeMs, zone)} ` +
    `${each.crc.toString(16).padStart(8, '0')}  ${each.name}\n`
  return (
    ' Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n' +
    '--------  ------  ------- ---- ---------- ----- --------  ----\n' +
    entries.map(line).join('') +
    '--------          -------  ---                            -------\n' +
    `${String(size).padStart(8)}         ${String(packed).padStart(8)} ${percent(size, packed).padStart(4)}                            ${files}\n`
  )
}

/** zipinfo's line: rights, who made it, size, kind and method. */
function infoLine(each: ZipEntry, zone: Zone): string {
  const mode = each.mode || (each.name.endsWith('/') ? S_IFDIR | 0o755 : S_IFREG | 0o644)
  const kind = `${each.text ? 't' : 'b'}${each.flags & 8 ? 'X' : 'x'}`
  const method = each.method === 0 ? 'stor' : `def${methodOf(each).slice(-1)}`
  const shown = each.flags & 1 ? kind.toUpperCase() : kind
  return `${modeString(mode)}  3.0 unx ${String(each.size).padStart(8)} ${shown} ${method} ${strftime('%y-%b-%d %H:%M', each.mtimeMs, zone)} ${each.name}\n`
}

const infoHead = (path: string, bytes: number, entries: readonly ZipEntry[]): string =>
  `Archive:  ${path}\nZip file size: ${bytes} bytes, number of entries: ${entries.length}\n`

export function infoTotals(entries: readonly ZipEntry[]): string {
  const { size, packed, files } = sumsOf(entries)
  const tenths = saved(size, packed)
  return `${files}, ${size} bytes uncompressed, ${packed} bytes compressed:  ${(tenths / 10).toFixed(1)}%\n`
}

/** zipinfo(1). @param letters  which parts: 1, h, t, s; none for all */
export function infoList(
  path: string,
  bytes: number,
  entries: readonly ZipEntry[],
  letters: string,
  zone: Zone,
): string {
  if (letters.includes('1')) return entries.map(({ name }) => `${name}\n`).join('')
  const parts = /[ht]/.test(letters) ? letters : 'hst'
  return (
    (parts.includes('h') ? infoHead(path, bytes, entries) : '') +
    (parts.includes('s') ? entries.map((each) => infoLine(each, zone)).join('') : '') +
    (parts.includes('t') ? infoTotals(entries) : '')
  )
}
