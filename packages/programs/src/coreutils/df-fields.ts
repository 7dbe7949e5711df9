import type { StatFs } from '@drydock/abi'
import type { Mount } from '../util-linux/mounts.ts'

/** A file system as a line of --output shows it. */
/** What is left for others than root. */
export const available = ({ availableBytes, freeBytes }: StatFs): number => availableBytes ?? freeBytes

export interface Shown {
  readonly mount: Mount
  readonly stat: StatFs
  /** The operand that it was found by. */
  readonly file: string
}

export interface Units {
  readonly title: string
  show(bytes: number): string
}

interface Field {
  readonly title: string | ((units: Units) => string)
  /** The least width. */
  readonly width: number
  readonly right: boolean
  text(shown: Shown, units: Units): string
}

export const percent = (used: number, free: number): string =>
  used + free === 0 ? '-' : `${Math.ceil((100 * used) / (used + free))}%`

const left = (title: string, width: number, text: Field['text']): Field => ({ title, width, right: false, text })
const right = (title: Field['title'], width: number, text: Field['text']): Field => ({
  title,
  width,
  right: true,
  text,
})

/** Fields in the order in which --output alone shows them. df(1) */
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['source', left('Filesystem', 14, ({ mount }) => mount.source)],
  ['fstype', left('Type', 4, ({ mount }) => mount.type)],
  ['itotal', right('Inodes', 5, ({ stat }) => String(stat.files))],
  ['iused', right('IUsed', 5, ({ stat }) => String(stat.files - stat.freeFiles))],
  ['iavail', right('IFree', 5, ({ stat }) => String(stat.freeFiles))],
  ['ipcent', right('IUse%', 4, ({ stat }) => percent(stat.files - stat.freeFiles, stat.freeFiles))],
  [
    'size',
    right(
      ({ title }) => title,
      5,
      ({ stat }, units) => units.show(stat.totalBytes),
    ),
  ],
  ['used', right('Used', 5, ({ stat }, units) => units.show(stat.totalBytes - stat.freeBytes))],
  ['avail', right('Avail', 5, ({ stat }, units) => units.show(available(stat)))],
  ['pcent', right('Use%', 4, ({ stat }) => percent(stat.totalBytes - stat.freeBytes, available(stat)))],
  ['file', left('File', 0, ({ file }) => file)],
  ['target', left('Mounted on', 0, ({ mount }) => mount.target)],
])

/** @returns the first that is no field */
export const unknownField = (names: readonly string[]): string | undefined => names.find((name) => !FIELDS.has(name))

/** The table of --output; all fields where none are named. */
export function fieldTable(names: readonly string[], rows: readonly Shown[], units: Units): string {
  const fields = (names.length ? names : [...FIELDS.keys()]).flatMap((name) => FIELDS.get(name) ?? [])
  const heads = fields.map(({ title }) => (typeof title === 'string' ? title : title(units)))
  const lines = [heads, ...rows.map((shown) => fields.map((field) => field.text(shown, units)))]
  const widths = fields.map(({ width }, at) => Math.max(width, ...lines.map((line) => line[at]?.length ?? 0)))
  const last = fields.length - 1
  const pad = (text: string, at: number): string => {
    if (fields[at]?.right) return text.padStart(widths[at] ?? 0)
    return at === last ? text : text.padEnd(widths[at] ?? 0)
  }
  return lines.map((line) => `${line.map(pad).join(' ')}\n`).join('')
}
