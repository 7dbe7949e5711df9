import { EACCES, ENOENT, isDirectory, isErrno, type Sys, X_OK } from '@drydock/abi'

/** The file that execvp(3) would start for `name`, or the errno it would fail with. */
export function searchPath(sys: Sys, name: string, path: string | undefined): string {
  if (name.includes('/')) return name
  let denied = false
  for (const folder of (path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':')) {
    const candidate = `${folder === '' ? '.' : folder}/${name}`
    try {
      if (isDirectory(sys.stat(candidate).mode)) continue
      sys.access(candidate, X_OK)
      return candidate
    } catch (error) {
      if (error === EACCES) denied = true
      else if (!isErrno(error)) throw error
    }
  }
  throw denied ? EACCES : ENOENT
}
