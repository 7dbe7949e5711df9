import { commitTree, indexTree } from './changes.ts'
import { setIndex, writeWork } from './record.ts'
import type { Workspace } from './repository.ts'

/** The index and the work tree as HEAD has them. */
export async function restoreHead(workspace: Workspace): Promise<void> {
  const head = await commitTree(workspace, await workspace.resolve('HEAD'))
  const index = await indexTree(workspace)
  const paths = new Set([...index.keys(), ...head.keys()])
  for (const path of paths) {
    await setIndex(workspace, path, undefined)
    await setIndex(workspace, path, head.get(path))
    await writeWork(workspace, path, head.get(path))
  }
}
