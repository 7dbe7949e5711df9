import { Buffer } from 'buffer'

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
interface Encoding {
  from(value: unknown, encoding?: unknown, length?: number): { toString(encoding?: string, ...rest: number[]): string }
  isEncoding(name: string): boolean
  prototype: { toString(encoding?: string, ...rest: number[]): string }
}
/** base64url, RFC 4648 section 5, which came to Buffer after the library was written. */
const encoding = Buffer as unknown as Encoding
const { from, isEncoding } = encoding
const { toString } = encoding.prototype
encoding.from = (value, name, length) => from.call(encoding, value, name === 'base64url' ? 'base64' : name, length)
encoding.isEncoding = (name) => name === 'base64url' || isEncoding.call(encoding, name)
encoding.prototype.toString = function (name, ...rest) {
  if (name !== 'base64url') return toString.call(this, name, ...rest)
  return toString
    .call(this, 'base64', ...rest)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
