import type { ForeignWorker, Process, Program } from '@drydock/abi'
import { readFile, writeAll } from '@drydock/libc'
import { Descriptors } from './descriptors.ts'
import type { FromWorker } from './protocol.ts'
import { answerCall, type Machine } from './system-calls.ts'

/** Where the kernel tells a module from other files; see exec.ts there. */
const SELF = '/proc/self/exe'

/**
 * Runs a WebAssembly module that speaks WASI preview1: what wasmtime is to a container of platform wasi/wasm. No file
 * names it: the kernel starts it for every executable that begins as a module does, as binfmt_misc would.
 */
export const wasi: Program = {
  name: 'wasi/wasi',
  paths: [],
  covers: 'partial',
  lacks: ['sockets', 'threads', 'components (preview 2)', 'standing still while it computes'],
  summary: 'runs WebAssembly modules of WASI preview1 in a worker of their own',
  sizeBytes: 30_000_000,
  rssBytes: 8 * 1024 * 1024,
  main,
}

async function main(process: Process): Promise<number> {
  const { sys } = process
  if (!sys.foreign) return fail(process, 'no workers here to run a module in')
  const module = await readFile(sys, SELF)
  return run(process, sys.foreign.spawn('wasi'), module)
}

async function fail({ sys, argv }: Process, problem: string): Promise<number> {
  const name = argv[0]?.split('/').at(-1) ?? ''
  const words = `Error: failed to run main module \`${name}\`\n\nCaused by:\n    ${problem}\n`
  await writeAll(sys, 2, new TextEncoder().encode(words))
  return 1
}

/** However the process ends, its worker ends with it: SIGKILL is real. */
async function run(process: Process, worker: ForeignWorker, module: Uint8Array): Promise<number> {
  const { sys, argv, env } = process
  const [read, write] = sys.pipe()
  const inbox: FromWorker[] = []
  const take = (message: FromWorker): void => {
    inbox.push(message)
    knock(process, worker, write)
  }
  worker.onMessage((message) => take(message as FromWorker))
  worker.onError((problem) => take({ kind: 'exit', code: 1, problem }))
  const machine: Machine = { sys, files: new Descriptors(sys) }
  try {
    worker.post({ kind: 'start', module, argv, env: [...env].map(([name, value]) => `${name}=${value}`) })
    for (;;) {
      await sys.read(read, 4096)
      for (const message of inbox.splice(0)) {
        if (message.kind === 'call') worker.post(await answerCall(machine, message))
        else if (message.problem === undefined) return message.code
        else return (await fail(process, message.problem)) && message.code
      }
    }
  } finally {
    worker.terminate()
  }
}

/** Wakes the program out of its read; after its end nobody listens. */
function knock({ sys }: Process, worker: ForeignWorker, write: number): void {
  try {
    void sys.write(write, Uint8Array.of(1))
  } catch {
    worker.terminate()
  }
}
