import { EEXIST, ENOENT, type Sys } from '@drydock/abi'

/** mkdir -p. @throws an Errno other than EEXIST */
export function makeDirectories(sys: Sys, path: string, mode = 0o755): void {
  try {
    sys.mkdir(path, mode)
  } catch (error) {
    if (error === EEXIST) return
    const bare = path.replace(/\/+$/, '')
    if (error !== ENOENT || !bare.includes('/')) throw error
    makeDirectories(sys, bare.slice(0, bare.lastIndexOf('/')) || '/', mode)
    sys.mkdir(bare, mode)
  }
}
