import { isErrno, O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { encodeText, readAll, type Stdio, writeAll } from '@drydock/libc'
import { runCommand } from '../exec/run-command.ts'
import { shellOutput } from '../sed/shell-output.ts'
import { decodeText } from '../text/encoding.ts'
import { EdError } from './scanner.ts'

/** What the names of files stand in. */
interface Place {
  readonly sys: Sys
  readonly io: Stdio
  readonly env: ReadonlyMap<string, string>
}

/** The text of a file, or what a command prints that is named with `!` before it. @throws EdError */
export async function readNamed(place: Place, name: string): Promise<string> {
  const { sys, env } = place
  if (name.startsWith('!')) return shellOutput(sys, env, name.slice(1))
  try {
    const fd = sys.open(name, O_RDONLY)
    const bytes = await readAll(sys, fd)
    sys.close(fd)
    return decodeText(bytes)
  } catch (error) {
    return noFile(place, name, error, 'Cannot open input file')
  }
}

/** Writes a file, or a command's standard input. @throws EdError */
export async function writeNamed(place: Place, name: string, text: string, append: boolean): Promise<void> {
  if (name.startsWith('!')) return pipeTo(place, name.slice(1), text)
  const { sys } = place
  try {
    const fd = sys.open(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o666)
    await writeAll(sys, fd, encodeText(text))
    sys.close(fd)
  } catch (error) {
    await noFile(place, name, error, 'Cannot open output file')
  }
}

async function pipeTo({ sys, io, env }: Place, command: string, text: string): Promise<void> {
  await io.out.flush()
  const [reader, writer] = sys.pipe()
  const running = runCommand(sys, ['sh', '-c', command], env, { stdin: reader, cloexec: [reader, writer] })
  await writeAll(sys, writer, encodeText(text))
  sys.close(writer)
  await running
  sys.close(reader)
}

async function noFile({ io }: Place, path: string, error: unknown, message: string): Promise<never> {
  if (!isErrno(error)) throw error
  await io.out.flush()
  await io.warn(`${path}: ${error.message}\n`)
  throw new EdError(message)
}
