import { isErrno } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import type { Cli } from '@drydock/cli-plugin'
import type { BuildRecord, BuildStep } from '@drydock/docker-api'
import type { BuildTrace } from '../../build-progress/build-trace.ts'
import { PlainPrinter } from '../../build-progress/plain-printer.ts'

/** Older ones are forgotten, as BuildKit does. */
const MOST = 50
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

const folderOf = (cli: Cli): string => `${cli.globals.config}/buildx/history`

/** As BuildKit makes ids. */
export const newRef = (cli: Cli): string =>
  [...cli.sys.entropy.bytes(25)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '').join('')

/** All of them, the newest first. */
export async function records(cli: Cli): Promise<readonly BuildRecord[]> {
  const all: BuildRecord[] = []
  for (const name of namesIn(cli))
    all.push(JSON.parse(await readTextFile(cli.sys, `${folderOf(cli)}/${name}`)) as BuildRecord)
  return all.toSorted((a, b) => b.createdAt - a.createdAt)
}

function namesIn(cli: Cli): readonly string[] {
  try {
    return cli.sys.readdir(folderOf(cli)).map(({ name }) => name)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** A build goes on where its record cannot be kept. */
export async function keepRecord(cli: Cli, record: BuildRecord): Promise<void> {
  try {
    for (const folder of [cli.globals.config, `${cli.globals.config}/buildx`, folderOf(cli)]) makeFolder(cli, folder)
    await writeFile(cli.sys, `${folderOf(cli)}/${record.ref}`, JSON.stringify(record), 0o600)
    for (const { ref } of (await records(cli)).slice(MOST)) removeRecord(cli, ref)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

export const removeRecord = (cli: Cli, ref: string): void => cli.sys.unlink(`${folderOf(cli)}/${ref}`)

function makeFolder(cli: Cli, path: string): void {
  try {
    cli.sys.mkdir(path, 0o700)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** The whole of a build once more. */
export function logOf(trace: BuildTrace): string {
  for (const [digest, traced] of trace.vertexes) {
    if (traced.vertex.started === undefined) continue
    traced.index = 0
    for (const id of traced.statuses.keys()) traced.changed.add(id)
    trace.updates.add(digest)
  }
  return new PlainPrinter(trace, '').finish().replace(/^#0 \n+/, '')
}

/** Its steps, numbered as the log numbers them. */
export const stepsOf = (trace: BuildTrace): readonly BuildStep[] =>
  trace
    .started()
    .map(({ index, vertex: { name, cached, error, started = 0, completed = started } }) => ({
      index,
      name,
      cached,
      error,
      startedAt: started,
      completedAt: completed,
    }))
    .toSorted((a, b) => a.index - b.index)
