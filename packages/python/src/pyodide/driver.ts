import type { StartMessage } from '../protocol.ts'
import { Bridge, type Pyodide, type PyodideHost } from './bridge.ts'
import { GUEST } from './guest.ts'
import { SystemImports } from './imports.ts'
import { Memory } from './memory.ts'
import { sourceOf } from './modules/index.ts'
import { keepTrampoline } from './snapshot.ts'
import { type SuspendingModule, ThreadStates } from './thread-states.ts'
import { type SuspendingApi, type Typed, waitingImports } from './waiting.ts'

export type { PyodideHost } from './bridge.ts'

type Imports = Record<string, Record<string, (...args: readonly (number | bigint)[]) => unknown>>
interface Instance {
  readonly exports: {
    readonly memory: { readonly buffer: ArrayBuffer }
    readonly malloc: (bytes: number) => number
    readonly __errno_location: () => number
  }
}
type Instantiate = (source: unknown, imports?: Imports) => Promise<{ readonly instance: Instance }>
interface WebAssemblyApi {
  instantiate: Instantiate
  instantiateStreaming?: Instantiate
  readonly Suspending?: unknown
}

/** Runs one Python program from its start message to its exit. */
export function runPyodide(host: PyodideHost, webAssembly: object): void {
  const bridge = new Bridge(host)
  host.onMessage((message) => {
    if (message.kind === 'start')
      run(host, bridge, webAssembly as WebAssemblyApi, message).catch((error: unknown) => bridge.crash(error))
    else bridge.receive(message)
  })
}

async function run(host: PyodideHost, bridge: Bridge, api: WebAssemblyApi, start: StartMessage): Promise<void> {
  const own = { imports: undefined as SystemImports | undefined }
  replaceImports(api, bridge, (original) => (own.imports = new SystemImports(bridge, original, start.cwd)))
  const { loadPyodide, createModule, options } = await host.load((loaded, total) => bridge.progress(loaded, total))
  const createPyodideModule = keepTrampoline(createModule)
  const pyodide = await loadPyodide({
    ...options,
    createPyodideModule,
    env: { HOME: '/root', PYTHONDONTWRITEBYTECODE: '1' },
  })
  const { imports } = own
  if (!imports) throw new Error('python: CPython was loaded by an unknown way')
  bridge.heapBytes = () => imports.memory.size
  pyodide.setInterruptBuffer(signalBuffer(bridge))
  bridge.exit(await mainOf(pyodide, bridge, imports, start))
}

async function mainOf(pyodide: Pyodide, bridge: Bridge, imports: SystemImports, start: StartMessage): Promise<number> {
  pyodide.globals.set('__drydock_guest', GUEST)
  if (!bridge.blocking) pyodide.globals.set('__drydock_threads', threadMaker(bridge, pyodide._module))
  pyodide.globals.set('__drydock_memory', {
    copy: (from: number, to: number) => imports.memory.setU32(to, imports.memory.getU32(from)),
  })
  pyodide.globals.set('__drydock_source', sourceOf)
  pyodide.runPython(LOAD, { filename: '<drydock>' })
  const main = pyodide.globals.get('__drydock_main')
  const text = JSON.stringify(start)
  imports.booting = false
  return Number(bridge.blocking ? main(text) : await main.callPromising(text))
}

/** The guest's first call comes with main: what runs before could not wait. */
const LOAD = `
def __drydock_main(text):
    scope = {'__name__': '__drydock__', '_memory': __drydock_memory, '_source': __drydock_source,
        '_maker': globals().get('__drydock_threads')}
    exec(compile(__drydock_guest, '<drydock>', 'exec'), scope)
    return scope['main'](text)
`

interface Callable {
  copy(): Callable
  callPromising(): Promise<unknown>
  destroy(): void
}

/** What Python's threads are made with. A function is lent for the call alone, so it is copied. */
const threadMaker = ({ threads }: Bridge, module: SuspendingModule): object => ({
  allow: (cell: number) => threads.allow(new ThreadStates(module, cell)),
  begun: () => threads.begun(),
  start: (lent: Callable) => {
    const run = lent.copy()
    return threads.start(() => run.callPromising().finally(() => run.destroy()))
  },
})

/** The interpreter reads and clears its first element every few instructions. */
function signalBuffer(bridge: Bridge): object {
  return Object.defineProperty({}, 0, {
    get: () => bridge.pendingSignal(),
    set: (_zero: number) => {
      bridge.signalTaken()
    },
  })
}

/** Emscripten notes the types of each of its functions. */
function typed(table: Readonly<Record<string, unknown>>, original: object): Record<string, Typed> {
  const signatures = original as Readonly<Record<string, { readonly sig: string }>>
  return Object.fromEntries(
    Object.entries(table).map(([name, run]) => [name, { run: run as Typed['run'], sig: signatures[name]?.sig ?? '' }]),
  )
}

/** Pyodide instantiates its module by the global functions: there its system calls are exchanged. */
function replaceImports(
  api: WebAssemblyApi,
  bridge: Bridge,
  make: (original: Readonly<Record<string, (...args: readonly (number | bigint)[]) => unknown>>) => SystemImports,
): void {
  const wrap =
    (plain: Instantiate): Instantiate =>
    async (source, given) => {
      // Pyodide's own small modules, by which it learns what the browser can, may import nothing.
      const { env, wasi_snapshot_preview1: wasi } = given ?? {}
      if (!env?.__syscall_openat || !wasi) return plain.call(api, source, given)
      const imports = make({ ...env, ...wasi })
      const table = imports.table()
      const exchanged =
        bridge.blocking || !api.Suspending
          ? table
          : waitingImports(api as unknown as SuspendingApi, typed(table, { ...env, ...wasi }))
      for (const [name, run] of Object.entries(exchanged)) (name in wasi ? wasi : env)[name] = run
      Object.assign(env, imports.localTime.table())
      wasi.proc_exit = (code) => {
        bridge.exit(Number(code))
        throw new Error('python: the process has ended')
      }
      const result = await plain.call(api, source, given)
      imports.memory = new Memory(result.instance.exports.memory)
      imports.malloc = result.instance.exports.malloc
      imports.errnoLocation = result.instance.exports.__errno_location
      return result
    }
  api.instantiate = wrap(api.instantiate)
  if (api.instantiateStreaming) api.instantiateStreaming = wrap(api.instantiateStreaming)
}
