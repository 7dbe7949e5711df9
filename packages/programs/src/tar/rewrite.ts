import { isErrno, isRegular, isSymlink, O_TRUNC, O_WRONLY, type Stat } from '@drydock/abi'
import { type TarHeader, TarReader, TarWriter } from '@drydock/codec'
import { concat, readFile, writeAll } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { globMatcher } from '../text/glob.ts'
import type { TarContext } from './tar.ts'

interface Member {
  readonly header: TarHeader
  readonly content: Uint8Array
}

/** @throws TarError */
function membersOf(bytes: Uint8Array): Member[] {
  const reader = new TarReader()
  const members: Member[] = []
  let parts: Uint8Array[] = []
  let header: TarHeader | undefined
  for (const event of reader.push(bytes)) {
    if (event.kind === 'entry') header = event.header
    else if (event.kind === 'data') parts.push(event.bytes)
    else if (header) {
      members.push({ header, content: concat(parts) })
      parts = []
      header = undefined
    }
  }
  reader.finish()
  return members
}

const plain = (name: string): string => name.replace(/\/+$/, '')

/** Whether an operand names a member, or a folder that it is in. */
function names(operand: string, member: string, wildcards: boolean): boolean {
  const wanted = plain(operand)
  if (wildcards) return globMatcher(wanted)(plain(member))
  return plain(member) === wanted || member.startsWith(`${wanted}/`)
}

async function write(context: TarContext, path: string, members: readonly Member[]): Promise<void> {
  const writer = new TarWriter()
  const parts = members.flatMap(({ header, content }) => [
    writer.header(header),
    content,
    writer.padding(content.length),
  ])
  parts.push(writer.end())
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  parts.push(new Uint8Array((RECORD - (size % RECORD)) % RECORD))
  const fd = context.sys.open(path, O_WRONLY | O_TRUNC)
  for (const part of parts) await writeAll(context.sys, fd, part)
  context.sys.close(fd)
}
const RECORD = 20 * 512

/** `--delete`: the archive without the members that are named. */
export async function deleteMembers(context: TarContext, path: string): Promise<number> {
  const { operands, options: o } = context
  const members = membersOf(await readFile(context.sys, path))
  const matches = (operand: string, { header }: Member): boolean => names(operand, header.name, o.wildcards > 0)
  await write(
    context,
    path,
    members.filter((member) => !operands.some((operand) => matches(operand, member))),
  )
  const missing = operands.filter((operand) => !members.some((member) => matches(operand, member)))
  for (const operand of missing) await context.fail(`${operand}: Not found in archive`)
  if (missing.length) await context.fail('Exiting with failure status due to previous errors')
  return missing.length ? 2 : 0
}

/** `-A`: the members of other archives behind its own. */
export async function concatenate(context: TarContext, path: string): Promise<number> {
  const members: Member[] = []
  for (const each of [path, ...context.operands]) members.push(...membersOf(await readFile(context.sys, each)))
  await write(context, path, members)
  return 0
}

/** When the members of an archive were changed, the last of each name. */
export async function memberTimes({ sys }: TarContext, path: string): Promise<ReadonlyMap<string, number>> {
  try {
    return new Map(membersOf(await readFile(sys, path)).map(({ header }) => [plain(header.name), header.mtimeMs]))
  } catch (error) {
    if (!isErrno(error)) throw error
    return new Map()
  }
}

const second = (ms: number): number => Math.floor(ms / 1000)

/** What is not as it was archived, in the order in which tar looks. */
function differences({ header, content }: Member, stat: Stat, bytes: Uint8Array | undefined, link: string): string[] {
  const found: string[] = []
  if (header.type !== 'symlink' && (stat.mode & 0o7777) !== (header.mode & 0o7777)) found.push('Mode differs')
  if (stat.uid !== header.uid) found.push('Uid differs')
  if (stat.gid !== header.gid) found.push('Gid differs')
  if (header.type === 'symlink' && link !== header.linkName) found.push('Symlink differs')
  if (header.type !== 'file') return found
  if (second(stat.mtimeMs) !== second(header.mtimeMs)) found.push('Mod time differs')
  if (stat.size !== content.length) found.push('Size differs')
  else if (bytes && !bytes.every((byte, at) => byte === content[at])) found.push('Contents differ')
  return found
}

/** `-d`. @returns 1 when something differs */
export async function compare(context: TarContext, path: string): Promise<number> {
  const { sys, io, operands, options: o } = context
  let status = 0
  const members = membersOf(await readFile(sys, path))
  for (const folder of o.directory) sys.chdir(folder)
  for (const member of members) {
    const { name, type } = member.header
    if (operands.length && !operands.some((operand) => names(operand, name, o.wildcards > 0))) continue
    if (o.verbose) await io.print(`${name}\n`)
    const stat = statOr(sys, plain(name), false)
    if (!stat) {
      status = 1
      await context.fail(`${name}: Warning: Cannot stat: No such file or directory`)
      continue
    }
    const bytes = type === 'file' && isRegular(stat.mode) ? await readFile(sys, name) : undefined
    const link = isSymlink(stat.mode) ? sys.readlink(plain(name)) : ''
    for (const text of differences(member, stat, bytes, link)) {
      status = 1
      await io.print(`${name}: ${text}\n`)
    }
  }
  return status
}
