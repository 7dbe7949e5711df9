import { notHere } from './errors.ts'

/** Modules that are known by name and whose calls say that they are not to be had here. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  http2: ['createServer', 'createSecureServer', 'connect', 'getDefaultSettings'],
  inspector: ['open'],
  trace_events: ['createTracing'],
  wasi: ['WASI'],
}
const MORE: Readonly<Record<string, object>> = {
  http2: {
    constants: {
      HTTP2_HEADER_PATH: ':path',
      HTTP2_HEADER_METHOD: ':method',
      HTTP2_HEADER_STATUS: ':status',
      NGHTTP2_CANCEL: 8,
    },
  },
  inspector: { url: () => undefined, close: () => undefined },
}

const refusal = (feature: string) =>
  function (): never {
    throw notHere(feature)
  }

export const absentModules: readonly (readonly [string, () => unknown])[] = Object.entries(CALLS).map(
  ([name, calls]) => [
    name,
    () => ({ ...Object.fromEntries(calls.map((call) => [call, refusal(`${name}.${call}`)])), ...MORE[name] }),
  ],
)
