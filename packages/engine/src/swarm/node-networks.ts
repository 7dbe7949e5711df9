/** Networks that each node has of its own and that services may be on, by their names. */
const NODE_LOCAL: readonly string[] = ['bridge', 'host']

export const isNodeLocal = (name: string): boolean => NODE_LOCAL.includes(name)
