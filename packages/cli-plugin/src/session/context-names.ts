import type { Cli } from './cli.ts'
import { ContextStore } from './context-store.ts'

/** All contexts, "default" among them. */
export async function contextNames(cli: Cli): Promise<string[]> {
  const records = await new ContextStore(cli.sys, cli.config.folder).list()
  return [...records.map(({ name }) => name), 'default'].toSorted()
}
