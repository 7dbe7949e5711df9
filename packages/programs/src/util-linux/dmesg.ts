import { isErrno } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'
import { strftime } from '../format/strftime.ts'

/** dmesg: the kernel's log. util-linux 2.38. */
export const dmesg = defineProgram({
  name: 'util-linux/dmesg',
  paths: ['/bin/dmesg'],
  covers: 'partial',
  lacks: ['-C', '-l', '-f', '-x', '--color'],
  summary: 'print or control the kernel ring buffer',
  sizeBytes: 84752,
  usage: 'dmesg [options]',
  options: {
    human: flag('H', 'human'),
    clock: flag('T', 'ctime'),
    noTime: flag('t', 'notime'),
    follow: flag('w', 'follow'),
    raw: flag('r', 'raw'),
    kernel: flag('k', 'kernel'),
    noPager: flag('P', 'nopager'),
  },
  async main({ sys, io, options: o, fail }) {
    const boot = sys.clock.now() - sys.sysinfo().uptimeMs
    const show = (line: string): string => {
      const match = /^(?:<\d+>)?\[\s*(\d+\.\d+)\] ?(.*)$/s.exec(line)
      if (!match || o.raw) return line
      const [, seconds = '0', text = ''] = match
      if (o.noTime) return text
      return o.clock ? `[${strftime('%a %b %e %H:%M:%S %Y', boot + Number(seconds) * 1000)}] ${text}` : line
    }
    let shown = 0
    for (;;) {
      let lines: readonly string[]
      try {
        lines = sys.dmesg()
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`read kernel buffer failed: ${error.message}`)
        return 1
      }
      for (const line of lines.slice(shown)) await io.print(`${show(line)}\n`)
      shown = lines.length
      if (!o.follow) return 0
      await io.out.flush()
      await sys.sleep(500)
    }
  },
})
