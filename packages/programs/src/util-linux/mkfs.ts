import { isErrno, type Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'

const FOLDERS = ['/sbin', '/usr/sbin', '/usr/bin']

/** mkfs: hands on to mkfs.TYPE, ext2 by itself. util-linux 2.38. */
export async function mkfsMain({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const words = argv.slice(1)
  const at = words.findIndex((word) => word === '-t' || word === '--type')
  const joined = words.find((word) => /^(?:-t.|--type=)/.test(word))
  const type = at >= 0 ? words[at + 1] : (joined?.replace(/^(?:-t|--type=)/, '') ?? 'ext2')
  const rest = words.filter((word, index) => word !== joined && (at < 0 || (index !== at && index !== at + 1)))
  const verbose = rest.filter((word) => word === '-V' || word === '--verbose').length
  const own = rest.filter((word) => word !== '-V' && word !== '--verbose')
  if (own.every((word) => word.startsWith('-'))) {
    if (verbose > 0) {
      await io.print('mkfs from util-linux 2.38.1\n')
      await io.out.flush()
      return 0
    }
    await io.warn("mkfs: no device specified\nTry 'mkfs --help' for more information.\n")
    return 1
  }
  if (verbose > 0) await io.print(`mkfs from util-linux 2.38.1\nmkfs.${type} ${own.join(' ')} \n`)
  await io.out.flush()
  for (const folder of FOLDERS)
    try {
      return await sys.exec(`${folder}/mkfs.${type}`, [`mkfs.${type}`, ...own], env)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  await io.warn(`mkfs: failed to execute mkfs.${type}: No such file or directory\n`)
  return 1
}
