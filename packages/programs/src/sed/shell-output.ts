import { isErrno, type Sys } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'

/** What a command of sh writes, as popen(3) hands it back; nothing where there is no shell. */
export async function shellOutput(sys: Sys, env: ReadonlyMap<string, string>, command: string): Promise<string> {
  const [reader, writer] = sys.pipe()
  try {
    const fds = new Map<number, number>(
      sys.openFds().flatMap((fd) => (fd === 0 || fd === 2 ? [[fd, fd] as const] : [])),
    )
    fds.set(1, writer)
    const pid = await sys.spawn('/bin/sh', { argv: ['sh', '-c', command], env, fds })
    sys.close(writer)
    const text = decodeText(await readAll(sys, reader))
    await sys.wait(pid)
    return text
  } catch (error) {
    if (!isErrno(error)) throw error
    return ''
  } finally {
    sys.close(reader)
  }
}
