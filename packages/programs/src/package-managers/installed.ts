import { ENOENT, isErrno, O_CREAT, O_EXCL, O_WRONLY, stubBytes, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { dirname } from '../paths.ts'
import type { PackageRow } from './catalogue.ts'

/** One package of a database: its name, its version and the text of its record. */
export interface Installed {
  readonly name: string
  readonly version: string
  readonly record: string
}

/** A database of paragraphs with `Key: value` lines: /lib/apk/db/installed, /var/lib/dpkg/status. */
export interface DatabaseForm {
  readonly path: string
  readonly nameKey: string
  readonly versionKey: string
  readonly record: (row: PackageRow, name: string, version: string) => string
}

export const APK: DatabaseForm = {
  path: '/lib/apk/db/installed',
  nameKey: 'P:',
  versionKey: 'V:',
  record: (row, name, version) =>
    `P:${name}\nV:${version}\nA:x86_64\nS:${row.downloadKib * 1024}\nI:${row.sizeKib * 1024}\nT:${row.summary}\n`,
}
export const DPKG: DatabaseForm = {
  path: '/var/lib/dpkg/status',
  nameKey: 'Package: ',
  versionKey: 'Version: ',
  record: (row, name, version) =>
    `Package: ${name}\nStatus: install ok installed\nPriority: optional\nInstalled-Size: ${row.sizeKib}\nArchitecture: amd64\nVersion: ${version}\nDescription: ${row.summary}\n`,
}
export const RPM: DatabaseForm = {
  path: '/var/lib/rpm/drydock-packages',
  nameKey: 'Name: ',
  versionKey: 'Version: ',
  record: (row, name, version) =>
    `Name: ${name}\nVersion: ${version}\nArchitecture: x86_64\nSize: ${row.sizeKib * 1024}\nSummary: ${row.summary}\n`,
}

export const fieldOf = (record: string, key: string): string =>
  record
    .split('\n')
    .find((line) => line.startsWith(key))
    ?.slice(key.length) ?? ''

export async function readInstalled(sys: Sys, form: DatabaseForm): Promise<Installed[]> {
  const text = await readOr(sys, form.path)
  return text
    .split('\n\n')
    .filter((record) => record.trim() !== '')
    .map((record) => ({
      name: fieldOf(record, form.nameKey),
      version: fieldOf(record, form.versionKey),
      record: record.trim(),
    }))
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

export async function writeInstalled(sys: Sys, form: DatabaseForm, all: readonly Installed[]): Promise<void> {
  makeFolders(sys, dirname(form.path))
  await writeFile(sys, form.path, all.map(({ record }) => `${record}\n\n`).join(''), 0o644)
}

function makeFolders(sys: Sys, path: string): void {
  const parts = path.split('/').filter(Boolean)
  for (const [i] of parts.entries())
    try {
      sys.mkdir(`/${parts.slice(0, i + 1).join('/')}`, 0o755)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
}

/** Puts the package's programs on the disk; files that are there stay. */
export async function placeFiles(sys: Sys, row: PackageRow): Promise<void> {
  for (const [path, program] of row.files) {
    makeFolders(sys, dirname(path))
    try {
      const fd = sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o755)
      await sys.write(fd, stubBytes(program))
      sys.close(fd)
      sys.chmod(path, 0o755)
    } catch (error) {
      if (!isErrno(error) || error.code !== 'EEXIST') throw error
    }
  }
}

export function removeFiles(sys: Sys, row: PackageRow): void {
  for (const [path] of row.files)
    try {
      sys.unlink(path)
    } catch (error) {
      if (error !== ENOENT) throw error
    }
}

/** Writes a file and the folders above it. */
export async function writeFolder(sys: Sys, path: string, text: string): Promise<void> {
  makeFolders(sys, dirname(path))
  await writeFile(sys, path, text, 0o644)
}
