import { isErrno, type Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'

/** partprobe: has the kernel read tables of partitions again. parted 3.5. */
export async function partprobeMain({ sys, argv }: Process): Promise<number> {
  const io = new Stdio(sys)
  const named = argv.slice(1).filter((word) => !word.startsWith('-'))
  const all = (await sys.block({ op: 'list' })).filter(({ kind, bytes }) => kind !== 'part' && bytes > 0)
  let status = 0
  for (const path of named.length > 0 ? named : all.map(({ name }) => `/dev/${name}`))
    try {
      sys.stat(path)
      await sys.block({ op: 'reread', name: path.replace('/dev/', '') })
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`Error: Could not stat device ${path} - ${error.message}.\n`)
      status = 1
    }
  return status
}
