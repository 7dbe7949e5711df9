/** Where the Hub keeps what is pushed to it. Values are not changed after they were put. */
export interface HubStore {
  get(key: string): Uint8Array | undefined
  put(key: string, bytes: Uint8Array): void
  keys(): Iterable<string>
}

/** A store that lives as long as the Hub does. */
export function memoryStore(): HubStore {
  const values = new Map<string, Uint8Array>()
  return { get: (key) => values.get(key), put: (key, bytes) => void values.set(key, bytes), keys: () => values.keys() }
}
