import type { SessionClient } from '../../client/session-client.ts'
import { childOf, parentOf } from './file-paths.ts'

/** Writes files of the visitor's machine into a directory of the host; those of a folder keep their paths below it. */
export async function uploadFiles(
  client: SessionClient,
  host: string,
  directory: string,
  files: readonly File[],
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  const made = new Set<string>([directory])
  for (const [index, file] of files.entries()) {
    const path = childOf(directory, file.webkitRelativePath || file.name)
    await makeParents(client, host, parentOf(path), made)
    await client.api.writeFile(host, path, new Uint8Array(await file.arrayBuffer()))
    onProgress(index + 1)
  }
}

async function makeParents(client: SessionClient, host: string, path: string, made: Set<string>): Promise<void> {
  if (made.has(path)) return
  await makeParents(client, host, parentOf(path), made)
  // One that is there already is as good.
  await client.api.makeDirectory(host, path).catch(() => undefined)
  made.add(path)
}
