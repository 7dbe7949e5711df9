import { flag, list, type ProgramContext } from '@drydock/libc'
import type { PackageRow } from './catalogue.ts'
import { placeFiles } from './files.ts'
import { entryFor, fieldOf, type Installed, RPM, writeInstalled } from './installed.ts'
import type { Step } from './resolve.ts'

/** What yum and dnf are told beside the command. */
export const options = {
  yes: flag('y', 'assumeyes'),
  quiet: flag('q', 'quiet'),
  settings: list('', 'setopt'),
  nodocs: flag('', 'nodocs'),
  version: flag('', 'version'),
}
export type RpmContext = ProgramContext<typeof options>

export const RULE = '='.repeat(80)

/** Sizes as dnf prints them: `786 k`, `3.1 M`. @param kib in units of 1024 bytes */
export const size = (kib: number): string =>
  kib < 1000 ? `${kib} k` : `${(kib / 1024).toFixed(kib < 10_240 ? 1 : 0)} M`
export const withoutEpoch = (version: string): string => version.replace(/^\d+:/, '')
export const nevra = (name: string, version: string): string => `${name}-${version}.x86_64`

/** One line of a transaction's table. */
export interface Line {
  readonly name: string
  readonly version: string
  readonly kib: number
}
export const lineOf = ({ row }: Step): Line => ({ name: row.name, version: row.version, kib: row.downloadKib })
export const installedLine = ({ name, version, record }: Installed): Line => ({
  name,
  version,
  kib: Math.round(Number(fieldOf(record, 'Size: ')) / 1024),
})
export const total = (steps: readonly Step[], of: (row: PackageRow) => number): number =>
  steps.reduce((sum, { row }) => sum + of(row), 0)

/** What fetching a package takes. */
export const DOWNLOAD_MS = 60

/** @param choices as they stand in the question @param refusal said to whoever does not want it */
export async function confirmed({ io, options: o }: RpmContext, choices: string, refusal: string): Promise<boolean> {
  if (o.yes) return true
  await io.print(`Is this ok [${choices}]: `)
  await io.out.flush()
  for await (const line of io.lines()) {
    if (/^y(es)?$/i.test(line.trim())) return true
    break
  }
  await io.print(refusal)
  return false
}

/** Places the files of every step and writes the database. @param progress a line of the one at `i`, from 1 */
export async function carryOut(
  { sys, io }: RpmContext,
  steps: readonly Step[],
  installed: Installed[],
  progress: (what: string, name: string, i: number, count: number) => string,
): Promise<void> {
  for (const [i, { row, automatic }] of steps.entries()) {
    await io.print(progress('Installing', nevra(row.name, row.version), i + 1, steps.length))
    installed.push(entryFor(RPM, row, await placeFiles(sys, row), automatic))
  }
  for (const [i, { row }] of steps.entries())
    await io.print(progress('Verifying', nevra(row.name, row.version), i + 1, steps.length))
  await writeInstalled(sys, RPM, installed)
}
