/** git archive: the files of a commit as tar or zip. */
import {
  concatBytes,
  crc32,
  deflateRaw,
  encodeTarHeader,
  gzip,
  tarEnd,
  tarHeader,
  tarPadding,
  writeZip,
} from '@drydock/codec'
import { writeFile } from '@drydock/libc'
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { among, pathspecs } from './pathspec.ts'
import { treeOf } from './trees.ts'

export const archive: GitCommand = async (workspace, argv) => {
  const words = new Words('archive', argv, {
    values: ['format', 'prefix', 'o', 'output', 'remote', 'exec', 'add-file', 'mtime'],
    flags: ['l', 'list', 'v', 'verbose', 'worktree-attributes', '0', '1', '9'],
  })
  if (words.has('l', 'list')) {
    await workspace.io.print('tar\ntgz\ntar.gz\nzip\n')
    return 0
  }
  const [name, ...given] = words.rest
  if (name === undefined)
    throw new Fatal('fatal: must specify tree-ish\nusage: git archive [<options>] <tree-ish> [<path>...]\n', 128)
  const oid = await workspace.resolve(name)
  if (!oid) throw new Fatal(`fatal: not a valid object name: ${name}`)
  const output = words.get('o', 'output')
  const format =
    words.get('format') ??
    ((output ?? '').endsWith('.zip') ? 'zip' : /\.t(ar\.)?gz$/.test(output ?? '') ? 'tar.gz' : 'tar')
  const specs = pathspecs(workspace, given)
  const tree = await treeOf(workspace, oid)
  for (const spec of specs)
    if (![...tree.keys()].some(spec.matches)) throw new Fatal(`fatal: pathspec '${spec.given}' did not match any files`)
  const fits = among(specs)
  const prefix = words.get('prefix') ?? ''
  const seconds = (await workspace.objects.findCommit(oid))?.committer.seconds ?? workspace.now
  const files: { path: string; mode: number; bytes: Uint8Array; link: boolean }[] = []
  const folders = new Set<string>()
  for (const [path, state] of tree) {
    if (!fits(path)) continue
    const full = prefix + path
    for (let at = full.indexOf('/'); at >= 0; at = full.indexOf('/', at + 1)) {
      const folder = full.slice(0, at + 1)
      if (folders.has(folder)) continue
      folders.add(folder)
      files.push({ path: folder, mode: 0o775, bytes: new Uint8Array(0), link: false })
    }
    files.push({
      path: full,
      mode: state.mode === '100755' ? 0o775 : 0o664,
      bytes: await workspace.objects.blob(state.oid),
      link: state.mode === '120000',
    })
  }
  const bytes = format === 'zip' ? zipOf(files, seconds) : tarOf(files, seconds)
  const packed = format.endsWith('gz') ? gzip(bytes) : bytes
  if (output === undefined) await workspace.io.print(packed)
  else await writeFile(workspace.sys, workspace.absolute(output), packed)
  return 0
}

interface Member {
  readonly path: string
  readonly mode: number
  readonly bytes: Uint8Array
  readonly link: boolean
}

function tarOf(files: readonly Member[], seconds: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { path, mode, bytes, link } of files) {
    const type = link ? 'symlink' : path.endsWith('/') ? 'directory' : 'file'
    const size = type === 'file' ? bytes.length : 0
    const target = link ? { linkName: new TextDecoder().decode(bytes) } : {}
    parts.push(
      encodeTarHeader(
        tarHeader(path, { type, mode, size, uname: 'root', gname: 'root', mtimeMs: seconds * 1000, ...target }),
      ),
    )
    if (type === 'file') parts.push(bytes, tarPadding(bytes.length))
  }
  return concatBytes([...parts, tarEnd()])
}

function zipOf(files: readonly Member[], seconds: number): Uint8Array {
  return writeZip(
    files.map(({ path, mode, bytes, link }) => {
      const packed = deflateRaw(bytes)
      const stores = packed.length >= bytes.length
      const kind = link ? 0o120000 : path.endsWith('/') ? 0o040000 : 0o100000
      return {
        name: path,
        method: stores ? 0 : 8,
        flags: 0,
        crc: crc32(bytes),
        size: bytes.length,
        mtimeMs: seconds * 1000,
        mode: kind | mode,
        uid: 0,
        gid: 0,
        text: false,
        packed: stores ? bytes : packed,
      }
    }),
  )
}
