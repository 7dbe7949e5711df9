import { FORMATS } from './formats.ts'
import { type PrintOptions, printTable, shownRows, type Table } from './table.ts'

/** A result in whatever format is chosen. */
export function print(table: Table, options: PrintOptions): string {
  const titled = table.title === undefined && options.title !== '' ? { ...table, title: options.title } : table
  const format = FORMATS[options.format]
  return format ? format(titled, shownRows(titled, options), options) : printTable(titled, options)
}
