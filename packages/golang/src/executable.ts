import { type Process, type Program, SIGHUP, SIGINT, SIGTERM, stubBytes, type Sys } from '@drydock/abi'
import { readFile, Stdio } from '@drydock/libc'
import { Interpreter } from './interpret.ts'
import { GoPanic } from './panic.ts'
import { Exit, type Machine, packagesFor } from './library/machine.ts'
import { parseFile } from './parse.ts'

/** Sources by file name: what an executable of ours carries in place of machine code. */
export type Sources = Readonly<Record<string, string>>

const NAME = 'golang/executable'
const SELF = '/proc/self/exe'
/** What Go's linker makes of a small program, nearly all of it the runtime. */
const USUAL_BYTES = 2_200_000

/** Writes an executable: the program's own sources behind the name of what runs them. */
export function writeExecutable(sys: Sys, path: string, sources: Sources): void {
  const [head, payload] = [stubBytes(NAME), new TextEncoder().encode(`${JSON.stringify(sources)}\n`)]
  const prefix = new Uint8Array(head.length + payload.length)
  prefix.set(head)
  prefix.set(payload, head.length)
  sys.setLazyContent(path, { prefix, size: Math.max(USUAL_BYTES, prefix.length), seed: prefix.length })
}

/** Runs what `go build` made. */
export const goExecutable: Program = {
  name: NAME,
  paths: [],
  covers: 'partial',
  lacks: [
    'everything of Go that the interpreter does not know: generics, labels with goto, unsafe, cgo, reflection',
    'integers beyond 53 bits',
  ],
  summary: 'what go build makes: a program that is interpreted from its own sources',
  sizeBytes: USUAL_BYTES,
  rssBytes: 4 << 20,
  async main(process) {
    const text = new TextDecoder().decode(await readFile(process.sys, SELF))
    const from = text.indexOf('\n') + 1
    const sources = JSON.parse(text.slice(from, text.indexOf('\n', from))) as Sources
    return runSources(process, sources)
  },
}

/** @throws GoError for sources that cannot be read */
export async function runSources(process: Process, sources: Sources): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  // As the first process Go's runtime ends by itself; elsewhere the signal ends it.
  if (sys.getpid() === 1) for (const signal of [SIGTERM, SIGINT, SIGHUP]) sys.sigaction(signal, () => sys.exit(2))
  const files = Object.entries(sources).map(([name, text]) => parseFile(name, text))
  const program: Interpreter = new Interpreter(
    files,
    (path) => packages(path),
    () => sys.tick(),
  )
  program.idle = async () => void (await sys.sleep(1))
  const machine: Machine = { process, io, program }
  const packages = packagesFor(machine)
  try {
    await Promise.race([program.run(), program.failed])
    return 0
  } catch (error) {
    if (error instanceof Exit) return error.code
    if (!(error instanceof GoPanic)) throw error
    await io.warn(`panic: ${error.message}\n\ngoroutine 1 [running]:\nmain.main()\n`)
    return 2
  } finally {
    await io.out.flush()
  }
}
