import type { Sys } from '@drydock/abi'
import { statOr } from './copy-tree.ts'

export interface BackupOptions {
  readonly backup: number
  readonly backupLong: string | undefined
  readonly suffix: string | undefined
}

/** Renames an existing file to its backup, as -b, --backup and -S ask. @returns the backup's name */
export function makeBackup(sys: Sys, options: BackupOptions, path: string): string | undefined {
  const kind = options.backupLong || 'existing'
  if (!options.backup && options.backupLong === undefined) return undefined
  if (kind === 'none' || kind === 'off') return undefined
  const simple = `${path}${options.suffix ?? '~'}`
  const numbered =
    kind === 'numbered' ||
    kind === 't' ||
    (kind === 'existing' || kind === 'nil' ? statOr(sys, `${path}.~1~`, false) : false)
  let name = simple
  for (let n = 1; numbered; n++) {
    name = `${path}.~${n}~`
    if (!statOr(sys, name, false)) break
  }
  sys.rename(path, name)
  return name
}
