import { isErrno, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { defineProgram, flag, readAll, writeAll } from '@drydock/libc'

const CR = 13
const LF = 10

/** Ends of lines for DOS or for Unix. */
function convert(bytes: Uint8Array, toDos: boolean): Uint8Array {
  const out: number[] = []
  for (const byte of bytes) {
    if (byte === CR) continue
    if (byte === LF && toDos) out.push(CR)
    out.push(byte)
  }
  return Uint8Array.from(out)
}

const converter = (command: 'dos2unix' | 'unix2dos') =>
  defineProgram({
    name: `busybox/${command}`,
    paths: [`/usr/bin/${command}`],
    covers: 'full',
    summary: `convert the ends of lines ${command === 'dos2unix' ? 'from DOS to Unix' : 'from Unix to DOS'}`,
    usage: `${command} [-ud] [FILE]`,
    options: { unix: flag('u'), dos: flag('d') },
    async main({ sys, operands, options: o, fail }) {
      const toDos = o.dos > 0 || (command === 'unix2dos' && o.unix === 0)
      const [path] = operands
      if (path === undefined) {
        await writeAll(sys, 1, convert(await readAll(sys, 0), toDos))
        return 0
      }
      try {
        const fd = sys.open(path, O_RDONLY)
        const bytes = convert(await readAll(sys, fd), toDos)
        sys.close(fd)
        const out = sys.open(path, O_WRONLY | O_TRUNC)
        await writeAll(sys, out, bytes)
        sys.close(out)
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`can't open '${path}': ${error.message}`)
        return 1
      }
    },
  })

export const dos2unix = converter('dos2unix')
export const unix2dos = converter('unix2dos')
