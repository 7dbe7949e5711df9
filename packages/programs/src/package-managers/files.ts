import {
  ENOENT,
  isErrno,
  isRegular,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  type Sys,
  stubBytes,
  stubProgram,
} from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { dirname } from '../paths.ts'
import type { PackageRow } from './catalogue.ts'

export function makeFolders(sys: Sys, path: string): void {
  const parts = path.split('/').filter(Boolean)
  for (const [i] of parts.entries()) quietly(() => sys.mkdir(`/${parts.slice(0, i + 1).join('/')}`, 0o755))
}

function quietly(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Writes a file and the folders above it. */
export async function writeWithFolders(sys: Sys, path: string, text: string): Promise<void> {
  makeFolders(sys, dirname(path))
  await writeFile(sys, path, text, 0o644)
}

/** What lies at `path`: the program of a stub, `other`, or undefined when nothing does. */
async function occupant(sys: Sys, path: string): Promise<{ program?: string } | undefined> {
  try {
    if (!isRegular(sys.stat(path).mode)) return {}
    const fd = sys.open(path, O_RDONLY)
    const head = await sys.read(fd, 128)
    sys.close(fd)
    const program = stubProgram(head)
    return program === undefined ? {} : { program }
  } catch (error) {
    if (error === ENOENT) return undefined
    throw error
  }
}

async function writeStub(sys: Sys, path: string, program: string): Promise<void> {
  // A name of its own: the file may be one of many links to another program.
  quietly(() => sys.unlink(path))
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o755)
  await sys.write(fd, stubBytes(program))
  sys.close(fd)
  sys.chmod(path, 0o755)
}

/** @returns what to note of the file: nothing when it was there already */
async function placeCommand(sys: Sys, path: string, program: string): Promise<readonly string[]> {
  const there = await occupant(sys, path)
  if (there && (there.program === undefined || there.program === program)) return []
  makeFolders(sys, dirname(path))
  await writeStub(sys, path, program)
  return [there?.program === undefined ? path : `${path}=${there.program}`]
}

async function placeText(sys: Sys, path: string, text: string): Promise<readonly string[]> {
  if (await occupant(sys, path)) return []
  await writeWithFolders(sys, path, text)
  return [path]
}

/** useradd(8) in small: appends the line unless the name is there. */
async function addAccount(sys: Sys, path: string, line: string): Promise<void> {
  const text = await readTextFile(sys, path).catch((error: unknown) => {
    if (error === ENOENT) return ''
    throw error
  })
  const name = line.slice(0, line.indexOf(':') + 1)
  if (!text.split('\n').some((each) => each.startsWith(name))) await writeFile(sys, path, `${text}${line}\n`, 0o644)
}

/** Gives a file the size that it has in life; what is in it is made up when somebody reads it. */
export function weigh(sys: Sys, path: string, bytes: number, prefix: Uint8Array = new Uint8Array(0)): void {
  sys.setLazyContent(path, { prefix, size: Math.max(bytes, prefix.length), seed: bytes })
}

/** Where the bulk of a package without commands of its own lies. */
const bulkPath = (name: string): string =>
  name.startsWith('lib') ? `/usr/lib/${name}.so` : `/usr/share/${name}/${name}.data`

/** The package weighs what it says: its first command does, else a file of its name. */
async function placeBulk(sys: Sys, { name, sizeKib, software }: Package, placed: string[]): Promise<void> {
  const bytes = sizeKib * 1024
  const command = software.commands.find(([path]) => placed.some((word) => pathOf(word) === path))
  if (command) weigh(sys, command[0], bytes, stubBytes(command[1]))
  else if (bytes > 0 && placed.length === 0) {
    const path = bulkPath(name)
    placed.push(...(await placeText(sys, path, '')))
    if (placed.length > 0) weigh(sys, path, bytes)
  }
}

type Package = Pick<PackageRow, 'name' | 'sizeKib' | 'software'>

/**
 * Puts a package's files on the disk. A file that is no program, and one that runs the same program, stays as it is; a
 * command of another package (busybox's grep below GNU grep) is replaced and noted.
 * @returns words for `removeFiles`: `path`, or `path=program` where that program was replaced
 */
export async function placeFiles(sys: Sys, row: Package): Promise<readonly string[]> {
  const { commands, texts, scripts, folders, account } = row.software
  const placed: string[] = []
  for (const folder of folders ?? []) makeFolders(sys, folder)
  if (account) {
    await addAccount(sys, '/etc/passwd', account[0])
    await addAccount(sys, '/etc/group', account[1])
  }
  for (const [path, program] of commands) placed.push(...(await placeCommand(sys, path, program)))
  for (const [path, text] of texts ?? []) placed.push(...(await placeText(sys, path, text)))
  for (const [path, text] of scripts ?? []) {
    placed.push(...(await placeText(sys, path, text)))
    sys.chmod(path, 0o755)
  }
  await placeBulk(sys, row, placed)
  return placed
}

/** Takes away what `placeFiles` brought, and brings back what it replaced. */
export async function removeFiles(sys: Sys, words: readonly string[]): Promise<void> {
  for (const word of words) {
    const [path = '', replaced] = word.split('=')
    quietly(() => sys.unlink(path))
    if (replaced !== undefined) await writeStub(sys, path, replaced)
  }
}

/** The path of a word that `placeFiles` gave. */
export const pathOf = (word: string): string => word.split('=')[0] ?? ''
