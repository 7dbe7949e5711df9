import type { Host } from './host.ts'

/** Commands that the page runs on a host for what they say, as its root would. */
const ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['HOME', '/root'],
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
])
const PATIENCE_MS = 30_000

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What `docker compose config` has to say of a file; empty when it is fine. */
export async function checkCompose(host: Host, path: string): Promise<string> {
  const argv = ['/usr/bin/docker', 'compose', '-f', path, 'config', '--quiet']
  const { stderr } = await host.run({ argv, env: ENVIRONMENT, cwd: parentOf(path), timeoutMs: PATIENCE_MS })
  return new TextDecoder().decode(stderr)
}

/** A directory as a .tar.gz. @throws Error with what tar says */
export async function packDirectory(host: Host, path: string): Promise<Uint8Array> {
  const argv = ['/bin/tar', '-czf', '-', '-C', parentOf(path), nameIn(path)]
  const { stdout, stderr, exitStatus } = await host.run({ argv, env: ENVIRONMENT, cwd: '/', timeoutMs: PATIENCE_MS })
  if (exitStatus !== 0) throw new Error(new TextDecoder().decode(stderr).trim())
  return stdout
}
