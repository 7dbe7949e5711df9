// Makes e2e/oracle/dist/shell-host.mjs: what the shell oracle's adapter imports, one file for plain Node.
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

export async function bundleOracle() {
  await build({
    input: 'e2e/oracle/shell-host.ts',
    platform: 'node',
    logLevel: 'warn',
    checks: { pluginTimings: false },
    output: { file: 'e2e/oracle/dist/shell-host.mjs', format: 'esm', codeSplitting: false },
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundleOracle()
