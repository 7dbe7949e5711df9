import type { Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** A line of /proc/self/mounts. proc(5), fstab(5). */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
}

/** A line of /proc/PID/mountinfo. proc_pid_mountinfo(5) */
export interface MountInfo extends Mount {
  readonly id: string
  readonly parent: string
  /** `8:1` */
  readonly numbers: string
  /** What of the file system shows. */
  readonly root: string
  /** Of this mount, and of the file system. */
  readonly ownOptions: string
  readonly superOptions: string
  /** `shared:2`, `master:1`… */
  readonly fields: readonly string[]
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Comments and blank lines left out. */
const linesOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/).map(unescape))

export const parseMounts = (text: string): Mount[] =>
  linesOf(text).map(([source = '', target = '', type = '', options = '']) => ({ source, target, type, options }))

/** @throws ENOENT when /proc is not mounted */
export async function readMounts(sys: Sys): Promise<Mount[]> {
  return parseMounts(await readTextFile(sys, '/proc/self/mounts'))
}

/** The options of both, without saying anything twice: `ro` of either counts. As libmount's mnt_optstr. */
function together(own: string, ofSuper: string): string {
  const [, ...ownWords] = own.split(',')
  const [, ...superWords] = ofSuper.split(',')
  const access = /^ro\b/.test(own) || /^ro\b/.test(ofSuper) ? 'ro' : 'rw'
  return [access, ...ownWords, ...superWords].join(',')
}

function parseMountInfo(words: readonly string[]): MountInfo {
  const [id = '', parent = '', numbers = '', root = '', target = '', ownOptions = ''] = words
  const dash = words.indexOf('-')
  const [type = '', source = '', superOptions = ''] = words.slice(dash + 1)
  const options = together(ownOptions, superOptions)
  const fields = words.slice(6, dash)
  return { id, parent, numbers, root, target, ownOptions, fields, type, source, superOptions, options }
}

/** @param task  a process, by default the caller @throws ENOENT when there is no such process, or no /proc */
export async function readMountInfo(sys: Sys, task = 'self'): Promise<MountInfo[]> {
  return linesOf(await readTextFile(sys, `/proc/${task}/mountinfo`)).map(parseMountInfo)
}

/** As findmnt(8) words the optional fields of mountinfo. */
export function propagationText(fields: readonly string[]): string {
  const has = (name: string): boolean => fields.some((field) => field.startsWith(name))
  const words = [has('shared:') ? 'shared' : 'private', ...(has('master:') ? ['slave'] : [])]
  return [...words, ...(has('unbindable') ? ['unbindable'] : [])].join(',')
}
