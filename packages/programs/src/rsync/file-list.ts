import { isDirectory, isErrno, type Stat, type Sys } from '@drydock/abi'
import { basename, join } from '../paths.ts'

/** Something that is sent: where it is, and its name below the destination. */
export interface Item {
  readonly path: string
  /** `.` for the contents of a folder that was named with a slash. */
  readonly name: string
  readonly stat: Stat
  /** Of the other machine: content, a link's target, and taking the file away there. */
  readonly read?: () => Promise<Uint8Array>
  readonly link?: string
  readonly remove?: () => Promise<void>
}

export interface ListOptions {
  readonly recursive: boolean
  readonly relative: boolean
  readonly copyLinks: boolean
  excluded(name: string, folder: boolean): boolean
  problem(message: string): Promise<void>
  /** A folder without -r. */
  skipped(path: string): Promise<void>
}

/** Files come before folders, both by their bytes, and what is in a folder follows it. */
export async function* fileList(sys: Sys, source: string, options: ListOptions): AsyncGenerator<Item, void, void> {
  const contents = /(^|\/)\.?$/.test(source) || source.endsWith('/..')
  const name = contents ? '.' : options.relative ? source.replace(/^\/+/, '') : basename(source)
  const path = source === '' ? '.' : source
  const stat = await statOf(sys, path, options)
  if (!stat) return
  if (options.relative) yield* above(sys, name, source.startsWith('/'))
  if (!isDirectory(stat.mode)) return void (yield { path, name, stat })
  if (!options.recursive) return options.skipped(path.replace(/\/+$/, '') || '/')
  yield* folder(sys, { path: path.replace(/(.)\/+$/, '$1'), name, stat }, options)
}

/** With -R the folders that lead to it are sent as well. */
function* above(sys: Sys, name: string, absolute: boolean): Generator<Item, void, void> {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  for (let depth = 1; depth < parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/')
    const path = absolute ? `/${folder}` : folder
    yield { path, name: folder, stat: sys.stat(path) }
  }
}

async function statOf(sys: Sys, path: string, { copyLinks, problem }: ListOptions): Promise<Stat | undefined> {
  try {
    return copyLinks || path.endsWith('/') ? sys.stat(path) : sys.lstat(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    const full = path.startsWith('/') ? path : join(sys.getcwd(), path)
    await problem(`rsync: [sender] link_stat "${full}" failed: ${error.message} (${error.errno})`)
    return undefined
  }
}

async function* folder(sys: Sys, item: Item, options: ListOptions): AsyncGenerator<Item, void, void> {
  yield item
  const names = sys.readdir(item.path).map(({ name }) => name)
  const inside: Item[] = []
  for (const each of names.sort()) {
    const name = item.name === '.' ? each : `${item.name}/${each}`
    const path = join(item.path, each)
    const stat = await statOf(sys, path, options)
    if (stat && !options.excluded(name, isDirectory(stat.mode))) inside.push({ path, name, stat })
  }
  yield* inside.filter(({ stat }) => !isDirectory(stat.mode))
  for (const each of inside) if (isDirectory(each.stat.mode)) yield* folder(sys, each, options)
}
