declare function __web(name: string, args: string): string

interface Told {
  readonly value?: unknown
  readonly error?: string
  readonly name?: string
}

/** Asks the JavaScript around the machine for what the machine lacks. @throws what that threw, as an error of the script's */
export function askWeb<T>(name: string, ...args: unknown[]): T {
  const { value, error, name: kind } = JSON.parse(__web(name, JSON.stringify(args))) as Told
  if (error === undefined) return value as T
  const scope = globalThis as unknown as Record<string, ErrorConstructor>
  throw new (scope[kind ?? ''] ?? Error)(error)
}
