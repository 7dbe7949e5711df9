import type { SessionClient } from '../../client/session-client.ts'
import { childOf, parentOf } from './file-paths.ts'

/** A file of the visitor's machine, and its path below the directory it goes to. */
export interface LocalFile {
  readonly path: string
  readonly file: File
}

/** What a file input chose; files of a folder keep their paths below it. */
export const chosenFiles = (files: Iterable<File>): readonly LocalFile[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))

/** What was dropped, folders opened up. Call it in the drop itself. */
export async function droppedFiles(dropped: DataTransfer): Promise<readonly LocalFile[]> {
  const items = [...dropped.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const found = items.map(({ entry, file }) => {
    if (entry) return filesBelow(entry, '')
    // What was dragged from a page rather than a disk.
    return file ? [{ path: file.name, file }] : []
  })
  return (await Promise.all(found)).flat()
}

async function filesBelow(entry: FileSystemEntry, parent: string): Promise<readonly LocalFile[]> {
  const path = parent === '' ? entry.name : `${parent}/${entry.name}`
  if (entry instanceof FileSystemFileEntry || entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return [{ file, path }]
  }
  const children = await allEntries((entry as FileSystemDirectoryEntry).createReader())
  return (await Promise.all(children.map((child) => filesBelow(child, path)))).flat()
}

/** A reader gives about a hundred at a time, and none at the end. */
async function allEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

/** Writes files into a directory of the host. @throws (rejects) in the words of errno(3) when one cannot be written */
export async function uploadFiles(
  client: SessionClient,
  host: string,
  directory: string,
  files: readonly LocalFile[],
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  const made = new Set<string>([directory])
  for (const [index, { path, file }] of files.entries()) {
    const target = childOf(directory, path)
    await makeParents(client, host, parentOf(target), made)
    await client.api.writeFile(host, target, new Uint8Array(await file.arrayBuffer()))
    onProgress(index + 1)
  }
}

async function makeParents(client: SessionClient, host: string, path: string, made: Set<string>): Promise<void> {
  if (made.has(path) || path === '/') return
  await makeParents(client, host, parentOf(path), made)
  // One that is there already is as good.
  await client.api.makeDirectory(host, path).catch(() => undefined)
  made.add(path)
}
