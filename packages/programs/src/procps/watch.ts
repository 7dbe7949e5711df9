import { defineProgram, flag, value, readAll } from '@drydock/libc'
import { strftime } from '../format/strftime.ts'
import { windowSize } from '../text/terminal.ts'

/** watch: a command's output again and again, full screen. procps-ng 4.0. */
export const watch = defineProgram({
  name: 'procps/watch',
  paths: ['/usr/bin/watch'],
  covers: 'partial',
  lacks: ['-d', '-c', '-p', '-g'],
  summary: 'execute a program periodically, showing output fullscreen',
  sizeBytes: 31184,
  usage: 'watch [options] command',
  stopAtOperand: true,
  options: {
    interval: value('n', 'interval'),
    noTitle: flag('t', 'no-title'),
    exec: flag('x', 'exec'),
    errorExit: flag('e', 'errexit'),
  },
  async main({ sys, io, env, operands, options: o }) {
    if (operands.length === 0) {
      await io.warn('Usage:\n watch [options] command\n')
      return 1
    }
    const ms = Math.max(100, Number((o.interval ?? '2').replace(',', '.')) * 1000)
    const command = operands.join(' ')
    const argv = o.exec ? ['/usr/bin/env', ...operands] : ['/bin/sh', '-c', command]
    for (;;) {
      const [reader, writer] = sys.pipe()
      const pid = await sys.spawn(argv[0] ?? '', {
        argv,
        env,
        fds: new Map([
          [0, 0],
          [1, writer],
          [2, writer],
        ]),
      })
      sys.close(writer)
      const text = new TextDecoder().decode(await readAll(sys, reader))
      sys.close(reader)
      const result = await sys.wait(pid)
      const { rows, cols } = windowSize(sys)
      const left = `Every ${(ms / 1000).toFixed(1)}s: ${command}`
      const right = `${sys.uname().nodename}: ${strftime('%a %b %e %H:%M:%S %Y', sys.clock.now())}`
      const room = Math.max(0, cols - right.length - 1)
      const title = o.noTitle ? [] : [`${left.slice(0, room).padEnd(room)} ${right}`, '']
      const lines = [...title, ...text.replace(/\n$/, '').split('\n')].slice(0, rows)
      await io.print(`\x1b[H${lines.map((line) => `${line.slice(0, cols)}\x1b[K`).join('\r\n')}\x1b[J`)
      await io.out.flush()
      if (o.errorExit && result?.status.kind === 'exited' && result.status.code !== 0) return 8
      await sys.sleep(ms)
    }
  },
})
