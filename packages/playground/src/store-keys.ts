import type { BlockStore, StoredValue } from '@drydock/abi'

/** Where things are in the store. Records of sessions stand apart, so that listing them reads no disk. */
export const sessionKey = (session: string): string => `sessions/${session}`
export const SESSIONS = 'sessions/'
export const diskPrefix = (session: string, host: string): string => `disks/${session}/${host}/`
export const terminalPrefix = (session: string, host: string): string => `terminals/${session}/${host}/`
export const hubPrefix = (session: string): string => `hub/${session}/`
/** Moments that one can go back to, and what was replaced after them. */
export const momentPrefix = (session: string): string => `moments/${session}/`
export const replacedPrefix = (session: string): string => `replaced/${session}/`

/** What a session is made of. */
export const sessionPrefixes = (session: string): readonly string[] => [
  `disks/${session}/`,
  `terminals/${session}/`,
  hubPrefix(session),
]

/** What only this browser knows of it, and no file of the session holds. */
export const pastPrefixes = (session: string): readonly string[] => [momentPrefix(session), replacedPrefix(session)]

/** The pairs below a prefix, with the prefix taken off their keys. */
export async function loadBelow(store: BlockStore, prefix: string): Promise<[string, StoredValue][]> {
  return (await store.load(prefix)).map(([key, value]) => [key.slice(prefix.length), value])
}

export async function deleteBelow(store: BlockStore, prefixes: readonly string[]): Promise<void> {
  const found = await Promise.all(prefixes.map((prefix) => store.load(prefix)))
  await store.commit({ puts: new Map(), deletes: found.flat().map(([key]) => key) })
}
