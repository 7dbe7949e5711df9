// The workloads: our own, and those of a folder beside the checkout where there is one.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const OWN = join(import.meta.dirname, 'workloads')
const SHARED = process.env.DRYDOCK_SHELL_BENCH ?? '../shared/bench/shell'

/** @returns {{ name: string, group: string, script: string, setup: string | undefined, scales: boolean }[]} */
export function findWorkloads(only) {
  const found = [...inFolder(OWN, 'own', true), ...inFolder(SHARED, 'shared', false)]
  return found.filter(({ name, group }) => only.length === 0 || only.some((o) => name.startsWith(o) || group === o))
}

function inFolder(folder, group, scales) {
  if (!existsSync(folder)) {
    console.log(`skipped: no workloads at ${folder}`)
    return []
  }
  const files = readdirSync(folder)
  return files
    .filter((file) => file.endsWith('.sh') && !file.endsWith('.setup.sh'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -3)
      const setup = files.includes(`${name}.setup.sh`) ? join(folder, `${name}.setup.sh`) : undefined
      return { name, group, script: join(folder, file), setup, scales }
    })
}
