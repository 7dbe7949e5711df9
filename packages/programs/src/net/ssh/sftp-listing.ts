/** How sftp lists what is there. */
import type { Process } from '@drydock/abi'
import { strftime, timeZone } from '@drydock/libc'
import { modeString } from '../../format/mode-string.ts'
import type { RemoteName } from './sftp-client.ts'

/** The other side tells no count of links: `?` stands for it. */
export function longRow({ sys, env }: Process, { name, attributes }: RemoteName, letters: ReadonlySet<string>): string {
  const { mode = 0, uid = 0, gid = 0, size = 0, mtime = 0 } = attributes
  const old = sys.clock.now() / 1000 - mtime > 182 * 86_400
  const time = strftime(old ? '%b %e  %Y' : '%b %e %H:%M', mtime * 1000, timeZone(env))
  const who = (id: number): string => (letters.has('n') ? String(id) : id === 0 ? 'root' : String(id)).padEnd(8)
  const amount = letters.has('h') ? human(size) : String(size)
  return `${modeString(mode)}    ? ${who(uid)} ${who(gid)} ${amount.padStart(8)} ${time} ${name}\n`
}

export function human(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < 4) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(1)}${'BKMGT'.charAt(unit)}B`
}

export function sorted(rows: readonly RemoteName[], letters: ReadonlySet<string>): RemoteName[] {
  if (letters.has('f')) return [...rows]
  const order = [...rows].sort((a, b) => {
    if (letters.has('t') && a.attributes.mtime !== b.attributes.mtime)
      return (b.attributes.mtime ?? 0) - (a.attributes.mtime ?? 0)
    if (letters.has('S') && a.attributes.size !== b.attributes.size)
      return (b.attributes.size ?? 0) - (a.attributes.size ?? 0)
    return a.name < b.name ? -1 : 1
  })
  return letters.has('r') ? order.reverse() : order
}
