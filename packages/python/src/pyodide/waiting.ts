/** A function that WebAssembly imports, with its types as Emscripten writes them: the result, then each parameter. */
export interface Typed {
  readonly run: (...args: readonly (number | bigint)[]) => number | Promise<number>
  readonly sig: string
}

export interface SuspendingApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, (...args: readonly (number | bigint)[]) => number> }
  readonly Suspending: new (run: () => Promise<number>) => unknown
}

/** What an import gives that has to wait; no call of C has this result. */
const WAIT = 0x57414954
const I32 = 0x7f
const TYPES: Readonly<Record<string, number>> = { i: I32, p: I32, j: 0x7e, f: 0x7d, d: 0x7c }

/**
 * Imports that suspend WebAssembly only when there is something to wait for. An import that is marked as suspending may
 * never be called while JavaScript stands between it and the promising export, whether it waits or not, and Pyodide
 * starts CPython that way. A small module stands between: it calls the plain import, and one that suspends if it is
 * told to.
 */
export function waitingImports(
  api: SuspendingApi,
  rows: Readonly<Record<string, Typed>>,
): Record<string, (...args: readonly (number | bigint)[]) => number> {
  let pending: Promise<number> = Promise.resolve(0)
  const plain = Object.entries(rows).map(([name, { run }]): [string, unknown] => [
    name,
    (...args: readonly (number | bigint)[]) => {
      const result = run(...args)
      if (!(result instanceof Promise)) return result
      pending = result
      return WAIT
    },
  ])
  const module = new api.Module(encode(Object.entries(rows).map(([name, { sig }]) => ({ name, sig }))))
  return new api.Instance(module, {
    plain: Object.fromEntries(plain),
    wait: { wait: new api.Suspending(() => pending) },
  }).exports
}

// webassembly.github.io/spec/core/binary ----------------------------------------------------------------------------------

function leb(value: number): number[] {
  const rest = value >>> 7
  return rest === 0 ? [value & 127] : [(value & 127) | 128, ...leb(rest)]
}
function signedLeb(value: number): number[] {
  const rest = value >> 7
  const done = (rest === 0 && !(value & 64)) || (rest === -1 && (value & 64) !== 0)
  return done ? [value & 127] : [(value & 127) | 128, ...signedLeb(rest)]
}
const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()]
const text = (value: string): number[] => vector([...new TextEncoder().encode(value)].map((byte) => [byte]))
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes]
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(vector(items))]

function parametersOf(sig: string): number[] {
  return [...sig.slice(1)].map((letter) => {
    const type = TYPES[letter]
    if (type === undefined) throw new Error(`no type ${letter} in ${sig}`)
    return type
  })
}

/** For each name: import `plain`, export a function of the same type that calls it and then perhaps `wait`. */
function encode(functions: readonly { readonly name: string; readonly sig: string }[]): Uint8Array {
  const types = [...functions.map(({ sig }) => parametersOf(sig)), []]
  const wait = functions.length
  const first = wait + 1
  const body = (sig: string, plain: number): number[] => {
    const count = sig.length - 1
    return sized([
      ...vector([[1, I32]]),
      ...Array.from({ length: count }, (_, i) => [0x20, ...leb(i)]).flat(),
      ...[0x10, ...leb(plain), 0x22, ...leb(count)],
      ...[0x41, ...signedLeb(WAIT), 0x46],
      ...[0x04, I32, 0x10, ...leb(wait), 0x05, 0x20, ...leb(count), 0x0b, 0x0b],
    ])
  }
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      types.map((parameters) => [0x60, ...vector(parameters.map((type) => [type])), 1, I32]),
    ),
    ...section(2, [
      ...functions.map(({ name }, i) => [...text('plain'), ...text(name), 0, ...leb(i)]),
      [...text('wait'), ...text('wait'), 0, ...leb(wait)],
    ]),
    ...section(
      3,
      functions.map((_, i) => leb(i)),
    ),
    ...section(
      7,
      functions.map(({ name }, i) => [...text(name), 0, ...leb(first + i)]),
    ),
    ...section(
      10,
      functions.map(({ sig }, i) => body(sig, i)),
    ),
  ])
}
