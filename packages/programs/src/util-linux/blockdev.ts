import { isErrno, type Process } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { DiskFile } from './disk-file.ts'

type Question = (disk: DiskFile, readOnly: boolean) => string
/** blockdev(8) */
const QUESTIONS = new Map<string, Question>([
  ['--getsize64', ({ bytes }) => String(bytes)],
  ['--getsz', ({ bytes }) => String(bytes / 512)],
  ['--getsize', ({ bytes }) => String(bytes / 512)],
  ['--getss', () => '512'],
  ['--getpbsz', () => '512'],
  ['--getbsz', () => '4096'],
  ['--getiomin', () => '512'],
  ['--getioopt', () => '0'],
  ['--getra', () => '256'],
  ['--getfra', () => '256'],
  ['--getmaxsect', () => '2560'],
  ['--getalignoff', () => '0'],
  ['--getro', (_, readOnly) => (readOnly ? '1' : '0')],
])

/** blockdev: call block device ioctls from the command line. util-linux 2.38. */
export async function blockdevMain(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  const name = programName(process)
  const words = argv.slice(1)
  const commands = words.filter((word) => word.startsWith('-'))
  const paths = words.filter((word) => !word.startsWith('-'))
  const finish = async (status: number): Promise<number> => {
    await io.out.flush()
    return status
  }
  const devices = await sys.block({ op: 'list' })
  if (commands.includes('--report')) {
    await io.print('RO    RA   SSZ   BSZ        StartSec            Size   Device\n')
    for (const { name: device, bytes, readOnly, start = 0 } of devices)
      if (bytes > 0 && (paths.length === 0 || paths.includes(`/dev/${device}`))) {
        const size = String(bytes).padStart(15)
        await io.print(
          `${readOnly ? 'ro' : 'rw'}   256   512  4096 ${String(start).padStart(15)} ${size}   /dev/${device}\n`,
        )
      }
    return finish(0)
  }
  if (commands.length === 0 || paths.length === 0) {
    await io.warn(`\nUsage:\n blockdev [-v|-q] commands devices\n blockdev --report [devices]\n blockdev -h|-V\n`)
    return finish(1)
  }
  for (const path of paths)
    try {
      const disk = await DiskFile.open(sys, path)
      for (const command of commands) {
        const question = QUESTIONS.get(command)
        if (command === '--rereadpt') await sys.block({ op: 'reread', name: path.replace('/dev/', '') })
        else if (command === '--flushbufs') await sys.block({ op: 'sync' })
        else if (question) {
          const readOnly = devices.find((each) => `/dev/${each.name}` === path)?.readOnly ?? false
          await io.print(`${question(disk, readOnly)}\n`)
        } else {
          await io.warn(`${name}: Unknown command: ${command}\n`)
          return await finish(1)
        }
      }
      disk.close()
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${name}: cannot open ${path}: ${error.message}\n`)
      return finish(1)
    }
  return finish(0)
}
