// Finds Debian's docker-compose 1.29, one of the clients that nobody here wrote, for its test: one that is there already, or
// the package where it can be had. Without it the test says that it is skipped.
import { spawnSync } from 'node:child_process'

const isThere = () => spawnSync('docker-compose', ['version'], { stdio: 'ignore' }).status === 0

export function ensureDockerCompose() {
  if (isThere() || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error) return
  console.log('Installing Debian’s docker-compose…')
  const how = { stdio: 'ignore', timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], how)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'docker-compose'], how)
  if (!isThere()) console.log('docker-compose cannot be had here: its test is skipped')
}
