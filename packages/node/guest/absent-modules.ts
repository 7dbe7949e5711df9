import { notHere } from './errors.ts'

/** Modules that are known by name and whose calls say that they are not to be had here. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  inspector: ['open'],
  trace_events: ['createTracing'],
  wasi: ['WASI'],
}
const MORE: Readonly<Record<string, object>> = {
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
