import type { Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** A line of /proc/self/mounts. proc(5), fstab(5). */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
  /** `shared`, `private,slave`…; undefined in fstab. */
  readonly propagation?: string
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [source = '', target = '', type = '', options = ''] = line.split(/\s+/).map(unescape)
      return { source, target, type, options }
    })
}

/** @throws ENOENT when /proc is not mounted */
export async function readMounts(sys: Sys): Promise<Mount[]> {
  return parseMounts(await readTextFile(sys, '/proc/self/mounts'))
}

/** As findmnt(8) words the optional fields of mountinfo. */
function propagationText(fields: readonly string[]): string {
  const has = (name: string): boolean => fields.some((field) => field.startsWith(name))
  const words = [has('shared:') ? 'shared' : 'private', ...(has('master:') ? ['slave'] : [])]
  return [...words, ...(has('unbindable') ? ['unbindable'] : [])].join(',')
}

/** Those of readMounts with how they propagate; mountinfo has them in the same order. */
export async function readPropagation(sys: Sys): Promise<Mount[]> {
  const rows = (await readTextFile(sys, '/proc/self/mountinfo')).split('\n')
  return (await readMounts(sys)).map((mount, i) => {
    const words = rows[i]?.split(' ') ?? []
    return { ...mount, propagation: propagationText(words.slice(6, words.indexOf('-'))) }
  })
}
