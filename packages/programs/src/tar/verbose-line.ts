import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '@drydock/abi'
import type { TarHeader } from '@drydock/codec'
import { modeString } from '../format/mode-string.ts'
import { strftime, type Zone } from '../format/strftime.ts'

const TYPE_BITS: Readonly<Record<TarHeader['type'], number>> = {
  file: S_IFREG,
  hardlink: S_IFREG,
  symlink: S_IFLNK,
  character: S_IFCHR,
  block: S_IFBLK,
  directory: S_IFDIR,
  fifo: S_IFIFO,
}

/** Lines of `tar -tv`; the column of owner and size grows with what was printed before, from 19 on. */
export class VerboseLines {
  private width = 19
  private readonly zone: Zone
  private readonly numeric: boolean
  private readonly time: string
  /** @param seconds shown in times, as busybox does */
  constructor(zone: Zone, numeric: boolean, seconds = false) {
    this.time = seconds ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d %H:%M'
    this.zone = zone
    this.numeric = numeric
  }

  line(header: TarHeader): string {
    const owner = this.numeric || !header.uname ? String(header.uid) : header.uname
    const group = this.numeric || !header.gname ? String(header.gid) : header.gname
    const size =
      header.type === 'character' || header.type === 'block' ? `${header.major},${header.minor}` : String(header.size)
    const who = `${owner}/${group}`
    this.width = Math.max(this.width, who.length + 1 + size.length)
    const mode = modeString(TYPE_BITS[header.type] | header.mode)
    const shownMode = header.type === 'hardlink' ? `h${mode.slice(1)}` : mode
    const link =
      header.type === 'symlink'
        ? ` -> ${header.linkName}`
        : header.type === 'hardlink'
          ? ` link to ${header.linkName}`
          : ''
    return `${shownMode} ${who} ${size.padStart(this.width - who.length - 1)} ${strftime(this.time, header.mtimeMs, this.zone)} ${header.name}${link}\n`
  }
}
