import { sha256Hex } from '@drydock/codec'
import type { Cli } from './cli.ts'

/** The words for a context that is none: contexts are kept in folders named by the digest of their name. */
export function contextNotFound(cli: Cli, name: string): string {
  const folder = sha256Hex(new TextEncoder().encode(name))
  const path = `${cli.globals.config}/contexts/meta/${folder}/meta.json`
  return `context ${JSON.stringify(name)}: context not found: open ${path}: no such file or directory`
}
