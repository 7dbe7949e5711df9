import { exitStatus, type Process } from '@drydock/abi'
import { readAll } from '@drydock/libc'

/** Runs a program without input. @returns what it printed on both streams, and its exit status */
export async function runProcess(
  { sys }: Process,
  path: string,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): Promise<{ output: string; complaint: string; status: number }> {
  const [out, outEnd] = sys.pipe()
  const [err, errEnd] = sys.pipe()
  const input = sys.open('/dev/null', 0)
  const pid = await sys.spawn(path, {
    argv,
    env,
    fds: new Map([
      [0, input],
      [1, outEnd],
      [2, errEnd],
    ]),
  })
  for (const fd of [input, outEnd, errEnd]) sys.close(fd)
  const [output, complaint] = await Promise.all([readAll(sys, out), readAll(sys, err)])
  for (const fd of [out, err]) sys.close(fd)
  const ended = await sys.wait(pid)
  const text = new TextDecoder()
  return {
    output: text.decode(output),
    complaint: text.decode(complaint),
    status: ended ? exitStatus(ended.status) : 1,
  }
}
