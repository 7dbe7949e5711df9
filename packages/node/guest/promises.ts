declare function __promise(promise: Promise<unknown>): { readonly state: number; readonly result: unknown }

const STATES = ['pending', 'fulfilled', 'rejected'] as const

/** What has become of a promise; nothing in the language tells. */
export function promiseState(promise: Promise<unknown>): readonly [(typeof STATES)[number], unknown] {
  const { state, result } = __promise(promise)
  return [STATES[state] ?? 'pending', result]
}
