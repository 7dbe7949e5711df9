import { S_IFLNK, S_IFMT, type Sys } from '@drydock/abi'
import { gunzip, untar } from '@drydock/codec'
import { makeDirectories, writeFile } from '@drydock/libc'
import { lstatOr, namesIn, readJson, removeAll } from './files.ts'
import type { Registry } from './registry.ts'
import type { Placed } from './tree.ts'

const AT_ONCE = 8

export interface Changes {
  added: number
  removed: number
  changed: number
}

/**
 * Makes node_modules what it should be: what is wrong goes, what is missing is fetched and unpacked.
 * @param bin where commands are linked
 * @throws NpmError
 */
export async function unpackTree(
  sys: Sys,
  registry: Registry,
  root: string,
  placed: readonly Placed[],
  bin: string,
): Promise<Changes> {
  const changes: Changes = { added: 0, removed: 0, changed: 0 }
  const wanted = new Set(placed.map(({ path }) => path))
  for (const path of installed(sys, root, ''))
    if (!wanted.has(path) && lstatOr(sys, `${root}/${path}`)) {
      removeAll(sys, `${root}/${path}`)
      changes.removed++
    }
  const missing: Placed[] = []
  for (const each of placed) {
    if (each.link) {
      if (link(sys, root, each)) changes.added++
      continue
    }
    const there = await readJson<{ version?: string }>(sys, `${root}/${each.path}/package.json`)
    if (there?.version === each.version) continue
    if (there) changes.changed++
    else changes.added++
    missing.push(each)
  }
  for (let at = 0; at < missing.length; at += AT_ONCE)
    await Promise.all(missing.slice(at, at + AT_ONCE).map((each) => fetchInto(sys, registry, root, each)))
  linkCommands(sys, root, placed, bin)
  return changes
}

/** @returns whether the link is new */
function link(sys: Sys, root: string, { path, resolved }: Placed): boolean {
  const up = '../'.repeat(path.split('/').length - 1)
  const target = resolved.startsWith('/') ? resolved : `${up}${resolved}`
  const there = lstatOr(sys, `${root}/${path}`)
  if (there && (there.mode & S_IFMT) === S_IFLNK && sys.readlink(`${root}/${path}`) === target) return false
  removeAll(sys, `${root}/${path}`)
  makeDirectories(sys, `${root}/${path}`.slice(0, `${root}/${path}`.lastIndexOf('/')))
  sys.symlink(target, `${root}/${path}`)
  return true
}

/** Places of all packages that are there, the outer before the inner. */
function* installed(sys: Sys, root: string, below: string): Generator<string, void, void> {
  const folder = `${below === '' ? '' : `${below}/`}node_modules`
  for (const name of namesIn(sys, `${root}/${folder}`)) {
    if (name.startsWith('.')) continue
    const names = name.startsWith('@')
      ? namesIn(sys, `${root}/${folder}/${name}`).map((each) => `${name}/${each}`)
      : [name]
    for (const each of names) {
      // What is linked to is somebody else's below.
      const isLink = ((lstatOr(sys, `${root}/${folder}/${each}`)?.mode ?? 0) & S_IFMT) === S_IFLNK
      yield `${folder}/${each}`
      if (!isLink) yield* installed(sys, root, `${folder}/${each}`)
    }
  }
}

async function fetchInto(sys: Sys, registry: Registry, root: string, placed: Placed): Promise<void> {
  const bytes = await registry.tarball(placed.resolved, placed.integrity)
  const place = `${root}/${placed.path}`
  for (const name of namesIn(sys, place)) if (name !== 'node_modules') removeAll(sys, `${place}/${name}`)
  for (const { header, content } of untar(gunzip(bytes))) {
    if (header.type !== 'file') continue
    const path = `${place}/${header.name.split('/').slice(1).join('/')}`
    makeDirectories(sys, path.slice(0, path.lastIndexOf('/')))
    await writeFile(sys, path, content, header.mode & 0o111 ? 0o755 : 0o644)
    await sys.tick()
  }
}

/** Commands of the packages at the top, as links. */
export function linkCommands(sys: Sys, root: string, placed: readonly Placed[], folder: string): void {
  for (const each of placed) {
    if (each.path !== `node_modules/${each.name}`) continue
    for (const [command, file] of commandsOf(each)) {
      const own = file.replace(/^\.\//, '')
      const link = `${folder}/${command}`
      makeDirectories(sys, folder)
      if (lstatOr(sys, link)) sys.unlink(link)
      const inside = folder === `${root}/node_modules/.bin`
      sys.symlink(inside ? `../${each.name}/${own}` : `../lib/${each.path}/${own}`, link)
      if (lstatOr(sys, `${root}/${each.path}/${own}`)) sys.chmod(`${root}/${each.path}/${own}`, 0o755)
    }
  }
}

/** What a package is to be called by, and the file for each. */
export function commandsOf({ name, bin }: Pick<Placed, 'name' | 'bin'>): readonly (readonly [string, string])[] {
  if (bin === undefined) return []
  return typeof bin === 'string' ? [[name.replace(/^@[^/]+\//, ''), bin]] : Object.entries(bin)
}
