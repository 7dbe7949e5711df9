/** What git of another machine speaks with: git-upload-pack(1) and git-receive-pack(1). */
import { writeAll } from '@drydock/libc'
import { packOf, unpack } from './pack.ts'
import { flushLine, packetLine, PacketReader } from './packet-line.ts'
import type { GitCommand } from './command.ts'
import { parseTag } from './objects.ts'
import type { Workspace } from './repository.ts'
import { missing, type Update } from './remote-objects.ts'
import { advertisedBy, applyUpdates, openAt } from './transport.ts'

const NONE = '0'.repeat(40)

async function serve(workspace: Workspace, argv: readonly string[]): Promise<Workspace> {
  const path = argv.filter((word) => !word.startsWith('-'))[0] ?? ''
  const home = workspace.process.env.get('HOME') ?? '/'
  return openAt(
    workspace,
    path.startsWith('~/') ? home + path.slice(1) : path.startsWith('/') ? path : `${workspace.cwd}/${path}`,
    path,
  )
}

async function advertise(workspace: Workspace, there: Workspace, capabilities: string, peels: boolean): Promise<void> {
  const { head, headOid, refs } = await advertisedBy(there)
  const rows: string[] = [...(peels && headOid ? [`${headOid} HEAD`] : [])]
  for (const { name, oid } of refs) {
    rows.push(`${oid} ${name}`)
    const object = peels && name.startsWith('refs/tags/') ? await there.objects.read(oid) : undefined
    if (object?.kind === 'tag') rows.push(`${parseTag(object.bytes).object} ${name}^{}`)
  }
  if (rows.length === 0) rows.push(`${NONE} capabilities^{}`)
  const told = `${capabilities}${peels && head ? ` symref=HEAD:${head}` : ''} agent=git/2.39.5`
  for (const [at, row] of rows.entries())
    await writeAll(workspace.sys, 1, packetLine(at === 0 ? `${row}\0${told}\n` : `${row}\n`))
  await writeAll(workspace.sys, 1, flushLine())
}

export const uploadPack: GitCommand = async (workspace, argv) => {
  const there = await serve(workspace, argv)
  await advertise(workspace, there, 'ofs-delta', true)
  const reader = new PacketReader(workspace.sys, 0)
  const wants = ((await reader.lines()) ?? []).flatMap((row) => /^want ([0-9a-f]{40})/.exec(row)?.[1] ?? [])
  if (wants.length === 0) return 0
  const haves: string[] = []
  for (let row = await reader.line(); row !== undefined && !row.startsWith('done'); row = await reader.line()) {
    const oid = /^have ([0-9a-f]{40})/.exec(row)?.[1]
    if (oid && (await there.objects.has(oid))) haves.push(oid)
  }
  const known = new Set((await missing(there.objects, haves, async () => false)).map(({ oid }) => oid))
  await writeAll(workspace.sys, 1, packetLine('NAK\n'))
  await writeAll(workspace.sys, 1, packOf(await missing(there.objects, wants, async (oid) => known.has(oid))))
  return 0
}

export const receivePack: GitCommand = async (workspace, argv) => {
  const there = await serve(workspace, argv)
  await advertise(workspace, there, 'report-status delete-refs ofs-delta', false)
  const reader = new PacketReader(workspace.sys, 0)
  const updates = ((await reader.lines()) ?? []).flatMap((row): Update[] => {
    const [, before, after, name] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(row) ?? []
    if (!before || !after || !name) return []
    return [{ name, before: before === NONE ? undefined : before, after: after === NONE ? undefined : after }]
  })
  if (updates.length === 0) return 0
  const pack = await reader.rest()
  if (pack.length > 0) await unpack(there.objects, pack)
  const outcome = await applyUpdates(there, updates)
  await there.io.out.flush()
  await writeAll(workspace.sys, 1, packetLine('unpack ok\n'))
  for (const [at, { name }] of updates.entries())
    await writeAll(
      workspace.sys,
      1,
      packetLine(outcome[at] === undefined ? `ok ${name}\n` : `ng ${name} ${outcome[at]}\n`),
    )
  await writeAll(workspace.sys, 1, flushLine())
  return 0
}
