// Loaded before everything else: what the libraries want to find in the global scope.
const scope = globalThis as unknown as Record<string, unknown>
scope.global = globalThis
scope.process ??= {
  env: {},
  version: 'v24.0.0',
  versions: { node: '24.0.0' },
  platform: 'linux',
  nextTick: (call: (...args: unknown[]) => void, ...args: unknown[]) =>
    (scope.__nextTick as (call: unknown, args: unknown[]) => void)(call, args),
  cwd: () => '/',
  emitWarning() {},
}
export {}
