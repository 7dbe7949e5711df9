import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'

/** @returns the status of the editor, and the text it left */
export async function editText(
  sys: Sys,
  env: ReadonlyMap<string, string>,
  path: string,
  text: string,
  fallback: string,
): Promise<{ readonly editor: string; readonly status: number; readonly text: string }> {
  await writeFile(sys, path, text, 0o600)
  const editor = env.get('VISUAL') || env.get('EDITOR') || fallback
  const argv = ['/bin/sh', '-c', `${editor} '${path}'`]
  const pid = await sys.spawn('/bin/sh', { argv, env })
  const ended = await sys.wait(pid)
  const status = ended?.status.kind === 'exited' ? ended.status.code : 1
  return { editor, status, text: await readTextFile(sys, path) }
}

export function removeIfAny(sys: Sys, path: string): boolean {
  try {
    sys.unlink(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
