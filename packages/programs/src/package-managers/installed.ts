import { ENOENT, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import type { PackageRow } from './catalogue.ts'
import { makeFolders } from './files.ts'
import { dirname } from '../paths.ts'

/** One package of a database. */
export interface Installed {
  readonly name: string
  readonly version: string
  readonly depends: readonly string[]
  /** Came only because others need it. */
  readonly automatic: boolean
  /** What `placeFiles` gave. */
  readonly files: readonly string[]
  /** Its paragraph, to the letter. */
  readonly record: string
}

/** A database of paragraphs with `Key: value` lines: /lib/apk/db/installed, /var/lib/dpkg/status. */
export interface DatabaseForm {
  readonly path: string
  readonly keys: { readonly name: string; readonly version: string; readonly depends: string }
  /** Keys of our own: the files placed, and `automatic`. */
  readonly own: { readonly files: string; readonly reason: string }
  readonly separator: string
  readonly record: (row: PackageRow) => string
}

const optional = (key: string, text: string): string => (text === '' ? '' : `${key}${text}\n`)

/** apk-package(5): one letter a line. */
export const APK: DatabaseForm = {
  path: '/lib/apk/db/installed',
  keys: { name: 'P:', version: 'V:', depends: 'D:' },
  own: { files: 'x:', reason: 'y:' },
  separator: ' ',
  record: (row) =>
    `P:${row.name}\nV:${row.version}\nA:x86_64\nS:${row.downloadKib * 1024}\nI:${row.sizeKib * 1024}\nT:${row.summary}\n${optional('D:', row.depends.join(' '))}`,
}
/** deb822(5), in which keys that begin with X- are anybody's. */
export const DPKG: DatabaseForm = {
  path: '/var/lib/dpkg/status',
  keys: { name: 'Package: ', version: 'Version: ', depends: 'Depends: ' },
  own: { files: 'X-Files: ', reason: 'X-Reason: ' },
  separator: ', ',
  record: (row) =>
    `Package: ${row.name}\nStatus: install ok installed\nPriority: optional\nInstalled-Size: ${row.sizeKib}\nMaintainer: Debian Developers\nArchitecture: amd64\nVersion: ${row.version}\n${optional('Depends: ', row.depends.join(', '))}Description: ${row.summary}\n`,
}
/** The real one is an SQLite file; a text is what a reader of this disk can use. */
export const RPM: DatabaseForm = {
  path: '/var/lib/rpm/packages.txt',
  keys: { name: 'Name: ', version: 'Version: ', depends: 'Requires: ' },
  own: { files: 'Files: ', reason: 'Reason: ' },
  separator: ', ',
  record: (row) =>
    `Name: ${row.name}\nVersion: ${row.version}\nArchitecture: x86_64\nSize: ${row.sizeKib * 1024}\n${optional('Requires: ', row.depends.join(', '))}Summary: ${row.summary}\n`,
}

/** The rest of the first line that begins with `key`; '' when there is none. */
export const fieldOf = (record: string, key: string): string =>
  record
    .split('\n')
    .find((line) => line.startsWith(key))
    ?.slice(key.length) ?? ''

function parseRecord(form: DatabaseForm, text: string): Installed {
  const record = text.trim()
  return {
    name: fieldOf(record, form.keys.name),
    version: fieldOf(record, form.keys.version),
    depends: fieldOf(record, form.keys.depends).split(form.separator).filter(Boolean),
    automatic: fieldOf(record, form.own.reason) === 'automatic',
    files: fieldOf(record, form.own.files).split(' ').filter(Boolean),
    record,
  }
}

export async function readInstalled(sys: Sys, form: DatabaseForm): Promise<Installed[]> {
  const text = await readOr(sys, form.path)
  return text
    .split('\n\n')
    .filter((record) => record.trim() !== '')
    .map((record) => parseRecord(form, record))
}

/** The entry of a package that was just put on the disk. */
export const entryFor = (
  form: DatabaseForm,
  row: PackageRow,
  files: readonly string[],
  automatic: boolean,
): Installed =>
  parseRecord(
    form,
    `${form.record(row)}${optional(form.own.files, files.join(' '))}${form.own.reason}${automatic ? 'automatic' : 'user'}\n`,
  )

/** The paragraph as the package's own tool shows it. */
export const publicRecord = (form: DatabaseForm, { record }: Installed): string =>
  record
    .split('\n')
    .filter((line) => !line.startsWith(form.own.files) && !line.startsWith(form.own.reason))
    .join('\n')

export async function writeInstalled(sys: Sys, form: DatabaseForm, all: readonly Installed[]): Promise<void> {
  makeFolders(sys, dirname(form.path))
  await writeFile(sys, form.path, all.map(({ record }) => `${record}\n\n`).join(''), 0o644)
}

/** The text of a file; empty when it is not there. */
export async function readOr(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (error === ENOENT) return ''
    throw error
  }
}
