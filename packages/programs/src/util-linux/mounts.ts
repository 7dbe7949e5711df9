import type { Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** A line of /proc/self/mounts. proc(5), fstab(5). */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
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
