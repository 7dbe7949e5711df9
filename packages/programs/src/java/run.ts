import { type Process, SIGHUP, SIGINT, SIGTERM } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { Thrown } from './evaluate.ts'
import { Interpreter } from './interpret.ts'
import { JavaLibrary } from './library/library.ts'
import { Exit } from './library/world.ts'
import type { SourceFile } from './syntax.ts'

/** What java says of signals it ends by. */
const STATUS_OF_SIGNALS = 128

export interface Run {
  readonly files: readonly SourceFile[]
  readonly main: string
  readonly args: readonly string[]
  readonly properties: ReadonlyMap<string, string>
}

/** Runs a program until its main and all threads have ended. @returns its exit status */
export async function runProgram(process: Process, { files, main, args, properties }: Run): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  for (const signal of [SIGTERM, SIGINT, SIGHUP]) sys.sigaction(signal, () => sys.exit(STATUS_OF_SIGNALS + signal))
  let library: JavaLibrary | undefined
  const machine = { process, io, properties: new Map(properties) }
  const program = new Interpreter(
    files,
    (of) => (library = new JavaLibrary(of, machine)),
    () => sys.tick(),
  )
  try {
    await program.main(main, args)
    while (library && library.world.threads.size > 0) {
      await io.out.flush()
      await Promise.race(library.world.threads)
    }
    return 0
  } catch (error) {
    if (error instanceof Exit) return error.code
    if (!(error instanceof Thrown)) throw error
    await io.warn(`Exception in thread "main" ${await program.textOf(error.value)}\n`)
    return 1
  } finally {
    await io.out.flush()
  }
}
