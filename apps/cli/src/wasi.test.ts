import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** A module of one page of memory whose `_start` is `body`; its imports are functions of preview1 that give an i32. */
function module(
  imports: readonly (readonly [name: string, params: readonly number[]])[],
  body: readonly number[],
  data: readonly (readonly [at: number, text: string])[] = [],
): Uint8Array {
  const types = [[0x60, 0, 0], ...imports.map(([, params]) => [0x60, ...vector(params.map((p) => [p])), 1, I32])]
  const names = imports.map(([name], i) => [...text('wasi_snapshot_preview1'), ...text(name), 0, i + 1])
  const segments = data.map(([at, words]) => [0, 0x41, ...signed(at), 0x0b, ...text(words)])
  const code = [0, ...body, 0x0b]
  const sections: [number, number[]][] = [
    [1, vector(types)],
    [2, vector(names)],
    [3, vector([[0]])],
    [5, vector([[0, 1]])],
    [
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('_start'), 0, imports.length],
      ]),
    ],
    [10, vector([[...leb(code.length), ...code]])],
    [11, vector(segments)],
  ]
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, body_]) => [id, ...sized(body_)])])
}

const I32 = 0x7f
const I64 = 0x7e

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]
}
/** Small positive numbers in the signed form. */
const signed = (value: number): number[] => (value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)])
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes]
const text = (words: string): number[] => sized([...new TextEncoder().encode(words)])
const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()]

const i32 = (value: number): number[] => [0x41, ...signed(value)]
const i64 = (value: number): number[] => [0x42, ...signed(value)]
const load = (at: number): number[] => [...i32(at), 0x28, 2, 0]
const store = (at: number, value: readonly number[]): number[] => [...i32(at), ...value, 0x36, 2, 0]
const call = (fn: number, ...args: readonly number[][]): number[] => [...args.flat(), 0x10, fn, 0x1a]

const FD_WRITE = ['fd_write', [I32, I32, I32, I32]] as const
const FD_READ = ['fd_read', [I32, I32, I32, I32]] as const
const PATH_OPEN = ['path_open', [I32, I32, I32, I32, I32, I64, I64, I32, I32]] as const

/** Says what it was called with: argument 1 and the first variable, as they stand in memory. */
const greets = module(
  [FD_WRITE, ['args_get', [I32, I32]], ['environ_get', [I32, I32]], ['proc_exit', [I32]]],
  [
    ...call(1, i32(64), i32(256)),
    ...call(2, i32(128), i32(1024)),
    ...store(0, load(68)),
    ...store(4, i32(5)),
    ...store(8, i32(16)),
    ...store(12, i32(1)),
    ...store(16 + 8, i32(0)),
    ...call(0, i32(1), i32(0), i32(2), i32(48)),
    ...call(3, i32(7)),
  ],
  [[16, '\n']],
)

/** Gives standard input back until it ends. */
const echoes = module(
  [FD_READ, FD_WRITE],
  [
    ...[0x02, 0x40, 0x03, 0x40],
    ...store(0, i32(64)),
    ...store(4, i32(1024)),
    ...call(0, i32(0), i32(0), i32(1), i32(8)),
    ...load(8),
    ...[0x45, 0x0d, 1],
    ...store(4, load(8)),
    ...call(1, i32(1), i32(0), i32(1), i32(12)),
    ...[0x0c, 0, 0x0b, 0x0b],
  ],
)

/** Writes a file below the root, and tells with which error a way out of it is refused. */
const writes = module(
  [PATH_OPEN, FD_WRITE, ['proc_exit', [I32]]],
  [
    ...call(0, i32(3), i32(0), i32(64), i32(8), i32(1), i64(66), i64(66), i32(0), i32(32)),
    ...store(0, i32(96)),
    ...store(4, i32(6)),
    ...call(1, load(32), i32(0), i32(1), i32(36)),
    ...[...i32(3), ...i32(0), ...i32(80), ...i32(6), ...i32(0), ...i64(2), ...i64(2), ...i32(0), ...i32(32)],
    ...[0x10, 0, 0x10, 2, 0x1a],
  ],
  [
    [64, 'data/new'],
    [80, '../etc'],
    [96, 'wasm!\n'],
  ],
)

/** Stops at what no machine can do. */
const traps = module([], [0x00])
/** Wants a function that there is none of. */
const wants = Uint8Array.from(greets, (byte, i) => (i === indexOf(greets, 'fd_write') ? 0x78 : byte))

function indexOf(bytes: Uint8Array, words: string): number {
  return new TextDecoder('latin1').decode(bytes).indexOf(words)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

describe('WebAssembly modules', () => {
  it('run in images of their own', () => {
    const files = Object.entries({ greets, echoes, writes, traps, wants })
    const lines = [
      'mkdir app && cd app && mkdir data',
      ...files.map(([name, bytes]) => `echo ${base64(bytes)} | base64 -d > ${name}.wasm`),
      // The shims do not ask whether a module may be executed; a shell does.
      'chmod +x echoes.wasm',
      'printf "FROM scratch\\nCOPY . /\\nENTRYPOINT [\\"/greets.wasm\\"]\\n" > Dockerfile',
      'docker build -q --platform wasi/wasm -t app . > /dev/null',
      'docker image inspect -f "{{.Os}}/{{.Architecture}}" app',
      'docker run --rm --platform wasi/wasm app hello; echo "status $?"',
      'docker run --rm --runtime io.containerd.wasmtime.v1 --platform wasi/wasm app again; echo "status $?"',
      'echo through | docker run --rm -i --platform wasi/wasm --entrypoint /echoes.wasm app',
      'docker run --name made --platform wasi/wasm --entrypoint /writes.wasm app; echo "status $?"',
      'docker cp -q made:/data/new - | tar xO',
      'docker run --rm --platform wasi/wasm --entrypoint /traps.wasm app; echo "status $?"',
      'docker run --rm --platform wasi/wasm --entrypoint /wants.wasm app; echo "status $?"',
      '(sleep 0.3; echo late) | ./echoes.wasm',
    ]
    const { stdout, stderr } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', `exec 2>&1; ${lines.join('\n')}`], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect(stderr.replaceAll(/.*PLUGIN_TIMINGS[\s\S]*/g, '')).toBe('')
    expect(stdout.split('\n')).toEqual([
      'wasi/wasm',
      'hello',
      'status 7',
      'again',
      'status 7',
      'through',
      'status 76',
      'wasm!',
      'Error: failed to run main module `traps.wasm`',
      '',
      'Caused by:',
      '    wasm trap: unreachable',
      'status 134',
      'Error: failed to run main module `wants.wasm`',
      '',
      'Caused by:',
      '    unknown import: `wasi_snapshot_preview1::xd_write` has not been defined',
      'status 1',
      'late',
      '',
    ])
  }, 70_000)
})
