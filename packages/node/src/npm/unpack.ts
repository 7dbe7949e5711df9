import type { Sys } from '@drydock/abi'
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

/** Makes node_modules what it should be: what is wrong goes, what is missing is fetched and unpacked. @throws NpmError */
export async function unpackTree(
  sys: Sys,
  registry: Registry,
  root: string,
  placed: readonly Placed[],
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
    const there = await readJson<{ version?: string }>(sys, `${root}/${each.path}/package.json`)
    if (there?.version === each.version) continue
    if (there) changes.changed++
    else changes.added++
    missing.push(each)
  }
  for (let at = 0; at < missing.length; at += AT_ONCE)
    await Promise.all(missing.slice(at, at + AT_ONCE).map((each) => fetchInto(sys, registry, root, each)))
  linkCommands(sys, root, placed)
  return changes
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
      yield `${folder}/${each}`
      yield* installed(sys, root, `${folder}/${each}`)
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

/** Commands of the packages at the top, as links in node_modules/.bin. */
function linkCommands(sys: Sys, root: string, placed: readonly Placed[]): void {
  for (const { path, name, bin } of placed) {
    if (bin === undefined || path !== `node_modules/${name}`) continue
    const commands = typeof bin === 'string' ? { [name.replace(/^@[^/]+\//, '')]: bin } : bin
    for (const [command, file] of Object.entries(commands)) {
      const link = `${root}/node_modules/.bin/${command}`
      makeDirectories(sys, `${root}/node_modules/.bin`)
      if (lstatOr(sys, link)) sys.unlink(link)
      sys.symlink(`../${name}/${file.replace(/^\.\//, '')}`, link)
      if (lstatOr(sys, `${root}/${path}/${file}`)) sys.chmod(`${root}/${path}/${file}`, 0o755)
    }
  }
}
