/** What rsync is told, and how it writes numbers. */
import { flag, list, type ProgramContext, value } from '@drydock/libc'
import type { Talk } from './remote.ts'

export const VERSION = '3.2.7'

export const options = {
  archive: flag('a', 'archive'),
  recursive: flag('r', 'recursive'),
  links: flag('l', 'links'),
  copyLinks: flag('L', 'copy-links'),
  perms: flag('p', 'perms'),
  times: flag('t', 'times'),
  group: flag('g', 'group'),
  owner: flag('o', 'owner'),
  devices: flag('D'),
  hardLinks: flag('H', 'hard-links'),
  acls: flag('A', 'acls'),
  xattrs: flag('X', 'xattrs'),
  verbose: flag('v', 'verbose'),
  quiet: flag('q', 'quiet'),
  human: flag('h', 'human-readable'),
  itemize: flag('i', 'itemize-changes'),
  dryRun: flag('n', 'dry-run'),
  compress: flag('z', 'compress'),
  checksum: flag('c', 'checksum'),
  update: flag('u', 'update'),
  ignoreTimes: flag('I', 'ignore-times'),
  sizeOnly: flag('', 'size-only'),
  existing: flag('', 'existing'),
  ignoreExisting: flag('', 'ignore-existing'),
  removeSources: flag('', 'remove-source-files'),
  delete: flag('', 'delete'),
  del: flag('', 'del'),
  deleteBefore: flag('', 'delete-before'),
  deleteAfter: flag('', 'delete-after'),
  deleteExcluded: flag('', 'delete-excluded'),
  relative: flag('R', 'relative'),
  omitFolderTimes: flag('O', 'omit-dir-times'),
  wholeFile: flag('W', 'whole-file'),
  progress: flag('', 'progress'),
  partialProgress: flag('P'),
  partial: flag('', 'partial'),
  stats: flag('', 'stats'),
  listOnly: flag('', 'list-only'),
  mkpath: flag('', 'mkpath'),
  numericIds: flag('', 'numeric-ids'),
  inplace: flag('', 'inplace'),
  noPerms: flag('', 'no-perms'),
  noOwner: flag('', 'no-owner'),
  noGroup: flag('', 'no-group'),
  noTimes: flag('', 'no-times'),
  noLinks: flag('', 'no-links'),
  shell: value('e', 'rsh'),
  bandwidth: value('', 'bwlimit'),
  exclude: list('', 'exclude'),
  excludeFrom: list('', 'exclude-from'),
  include: list('', 'include'),
  includeFrom: list('', 'include-from'),
  filter: list('f', 'filter'),
  version: flag('V', 'version'),
  server: flag('', 'server'),
  sender: flag('', 'sender'),
  rsyncPath: value('', 'rsync-path'),
  backup: flag('b', 'backup'),
  suffix: value('', 'suffix'),
  backupDir: value('', 'backup-dir'),
  maxSize: value('', 'max-size'),
  minSize: value('', 'min-size'),
  outFormat: value('', 'out-format'),
  info: list('', 'info'),
  timeout: value('', 'timeout'),
  chmod: list('', 'chmod'),
  linkDest: list('', 'link-dest'),
}
export type Context = ProgramContext<typeof options>
/** Words may go to another machine. */
interface Voice extends Talk {
  readonly out: { flush(): unknown }
}
export type TransferContext = Omit<Context, 'io'> & { readonly io: Voice }

/** rsync(1), "EXIT VALUES": usage, file I/O, a part was not sent. */
export const STATUS = { usage: 1, files: 11, partial: 23 } as const

/** `10M`: units of 1024, `KB` and `MB` of 1000. */
export function sizeOf(text: string | undefined, otherwise: number): number {
  const [, number, unit = '', b] = /^([\d.]+)([kmgt]?)(b?)/i.exec(text ?? '') ?? []
  if (number === undefined) return otherwise
  return Math.floor(Number(number) * (b ? 1000 : 1024) ** ' kmgt'.indexOf(unit.toLowerCase() || ' '))
}

/** Digits in groups of three, or with -h the largest unit of 1000. */
export function amount(bytes: number, human: boolean): string {
  if (!human || bytes < 1000) return String(bytes).replace(/\B(?=(\d{3})+$)/g, ',')
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(2)}${'KMGT'.charAt(power - 1)}`
}

export const withPoint = (number: number): string => number.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',')
