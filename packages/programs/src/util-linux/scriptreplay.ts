import { isErrno, type Sys } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import { defineProgram, flag, readAll, value } from '@drydock/libc'

const options = {
  timing: value('t', 'timing'),
  logTiming: value('T', 'log-timing'),
  logIn: value('I', 'log-in'),
  logOut: value('O', 'log-out'),
  logBoth: value('B', 'log-io'),
  typescript: value('s', 'typescript'),
  divisor: value('d', 'divisor'),
  maxDelay: value('m', 'maxdelay'),
  stream: value('x', 'stream'),
  crMode: value('c', 'cr-mode'),
  summary: flag('', 'summary'),
}

/** A line of a timing file: seconds to wait, and how many bytes follow. script(1), "-T" */
interface Step {
  readonly seconds: number
  readonly bytes: number
}

const parseTiming = (text: string): Step[] =>
  text
    .split('\n')
    .map((line) => /^(?:O )?([\d.]+) (\d+)$/.exec(line))
    .flatMap((match) => (match ? [{ seconds: Number(match[1]), bytes: Number(match[2]) }] : []))

/** Shorter waits are not made. */
const SHORTEST_S = 0.0001

async function read(sys: Sys, path: string): Promise<Uint8Array> {
  const fd = sys.open(path, 0)
  try {
    return await readAll(sys, fd)
  } finally {
    sys.close(fd)
  }
}

/** The first line only says when it was made. */
const content = (typescript: Uint8Array): Uint8Array =>
  decodeUtf8(typescript.subarray(0, 17)) === 'Script started on'
    ? typescript.subarray(typescript.indexOf(10) + 1)
    : typescript

/** scriptreplay: show a typescript again, in its time. util-linux 2.38. */
export const scriptreplay = defineProgram({
  name: 'util-linux/scriptreplay',
  paths: ['/usr/bin/scriptreplay'],
  covers: 'partial',
  lacks: ['what was typed (-I, -x in)', '--summary', '--cr-mode'],
  summary: 'play back typescripts, using timing information',
  sizeBytes: 39_384,
  usage: 'scriptreplay [options] <timingfile> [<typescript> [<divisor>]]',
  options,
  async main({ sys, io, options: o, operands, fail }) {
    const words = [...operands]
    const timingPath = o.timing ?? o.logTiming ?? words.shift()
    if (timingPath === undefined) {
      await fail('timing file not specified')
      return 1
    }
    const path = o.logOut ?? o.typescript ?? o.logBoth ?? words.shift() ?? 'typescript'
    const divisor = Number(o.divisor ?? words.shift() ?? 1)
    if (!(divisor > 0)) {
      await fail(`failed to parse number: '${o.divisor ?? ''}'`)
      return 1
    }
    let current = timingPath
    try {
      const steps = parseTiming(decodeUtf8(await read(sys, timingPath)))
      current = path
      let rest = content(await read(sys, path))
      for (const { seconds, bytes } of steps) {
        const wait = Math.min(seconds / divisor, Number(o.maxDelay ?? Infinity))
        if (wait > SHORTEST_S) await sys.sleep(wait * 1000)
        await io.out.write(rest.subarray(0, bytes))
        await io.out.flush()
        rest = rest.subarray(bytes)
      }
      await io.print('\n')
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot open ${current}: ${error.message}`)
      return 1
    }
  },
})
