import { isErrno, type Process, type Sys } from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import type { WheelFile } from './index-client.ts'
import { normalised } from './requirement.ts'

/** Whether there is a file of that name. */
export function isThere(sys: Sys, path: string): boolean {
  try {
    sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** The absolute path of a folder; undefined where there is none. */
export function folderOf(sys: Sys, path: string): string | undefined {
  return isThere(sys, path) ? sys.realpath(path) : undefined
}

/** The environment that the interpreter or pip itself lies in. PEP 405 */
export function venvOf({ sys, argv, env }: Process): string | undefined {
  const own = searchPath(sys, argv[0] ?? 'pip', env.get('PATH'))
  const full = own.startsWith('/') ? own : `${sys.getcwd()}/${own}`
  const home = full.split('/').slice(0, -2).join('/')
  return [home, env.get('VIRTUAL_ENV')].find((each) => each !== undefined && isThere(sys, `${each}/pyvenv.cfg`))
}

/** A project's wheels that lie in a folder: --find-links. */
export function wheelsIn(sys: Sys, folder: string, project: string): WheelFile[] {
  if (!isThere(sys, folder)) return []
  const place = sys.realpath(folder)
  return sys
    .readdir(place)
    .filter(({ name }) => name.endsWith('.whl') && normalised(name.split('-')[0] ?? '') === normalised(project))
    .map(({ name }) => ({ filename: name, url: `${place}/${name}`, hashes: { sha256: '' } }))
}
