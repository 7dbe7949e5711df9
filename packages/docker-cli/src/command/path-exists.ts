import { isErrno } from '@drydock/abi'
import type { Cli } from '@drydock/cli-plugin'

export function pathExists(cli: Cli, path: string): boolean {
  try {
    cli.sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
