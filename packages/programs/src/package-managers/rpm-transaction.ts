import { flag, list, type ProgramContext } from '@drydock/libc'
import type { PackageRow } from './catalogue.ts'
import { fieldOf, type Installed } from './installed.ts'
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
