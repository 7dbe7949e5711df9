import type { Host } from './host.ts'

const PATIENCE_MS = 10_000

/** What `docker compose config` has to say of a file; empty when it is fine. */
export async function checkCompose(host: Host, path: string): Promise<string> {
  const { stderr } = await host.run({
    argv: ['/usr/bin/docker', 'compose', '-f', path, 'config', '--quiet'],
    env: new Map([
      ['HOME', '/root'],
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ]),
    cwd: path.slice(0, path.lastIndexOf('/')) || '/',
    timeoutMs: PATIENCE_MS,
  })
  return new TextDecoder().decode(stderr)
}
