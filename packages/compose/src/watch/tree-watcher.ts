import { isDirectory, isErrno, type Stat, type Sys } from '@drydock/abi'

/** Tells of changes anywhere below a folder, or of one file: inotify(7) knows only one folder at a time. */
export class TreeWatcher {
  private readonly stops = new Map<string, () => void>()
  private readonly sys: Sys
  private readonly onChange: (path: string) => void

  constructor(sys: Sys, onChange: (path: string) => void) {
    this.sys = sys
    this.onChange = onChange
  }

  /** @param path a folder, or a file whose folder is then watched */
  add(path: string): void {
    const stat = this.stat(path)
    if (!stat) return
    if (!isDirectory(stat.mode)) return this.watchFolder(parentOf(path))
    this.watchFolder(path)
    for (const { name } of this.sys.readdir(path)) {
      const child = `${path}/${name}`
      const below = this.stat(child)
      if (below && isDirectory(below.mode)) this.add(child)
    }
  }

  close(): void {
    for (const stop of this.stops.values()) stop()
    this.stops.clear()
  }

  private watchFolder(folder: string): void {
    if (this.stops.has(folder)) return
    const stop = this.sys.watch(folder, ({ kind, name }) => {
      const path = name === '' ? folder : `${folder}/${name}`
      if (kind === 'create' || kind === 'move') this.addLate(path)
      this.onChange(path)
    })
    this.stops.set(folder, stop)
  }

  /** A folder that came later brings what is in it. */
  private addLate(path: string): void {
    const stat = this.stat(path)
    if (!stat || !isDirectory(stat.mode) || this.stops.has(path)) return
    this.add(path)
    for (const { name } of this.sys.readdir(path)) this.onChange(`${path}/${name}`)
  }

  private stat(path: string): Stat | undefined {
    try {
      return this.sys.lstat(path)
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
}

const parentOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'
