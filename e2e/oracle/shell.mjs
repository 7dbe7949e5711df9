// Adapter of the shell oracle: runs each script on a machine of its own whose root is Debian's image or BusyBox's. What
// it imports is made by `npm run build`.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { prepareHost, shellOf } from './dist/shell-host.mjs'

export async function open() {
  const flavour = wantedFlavour()
  const host = await prepareHost(flavour)
  return {
    run: ({ script, shell, files, cwd, env }) =>
      host.run({ argv: [shellOf(flavour, shell), '-c', script], files, cwd, env }),
    async close() {},
  }
}

/** The runner does not hand on which programs it asks for: DRYDOCK_FLAVOUR says so, or the runner's own command line. */
function wantedFlavour() {
  const words = process.env.DRYDOCK_FLAVOUR ? [] : commandLine()
  const named = process.env.DRYDOCK_FLAVOUR ?? words[words.indexOf('--flavor') + 1] ?? 'gnu'
  return named === 'busybox' || words.includes('--flavor=busybox') ? 'busybox' : 'gnu'
}

function commandLine() {
  try {
    return readFileSync('/proc/self/cmdline', 'utf8').split('\0')
  } catch {
    return []
  }
}
