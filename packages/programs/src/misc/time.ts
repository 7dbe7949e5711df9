import { defineProgram, flag, value } from '@drydock/libc'
import { runCommand } from '../exec/run-command.ts'

/** time: how long a command takes, in the words of POSIX (-p) or GNU time 1.9; processor time is not split. */
export const time = defineProgram({
  name: 'time/time',
  paths: ['/usr/bin/time'],
  covers: 'partial',
  lacks: ['-f', '-v', 'processor time of the child'],
  summary: 'run programs and summarize system resource usage',
  sizeBytes: 27240,
  usage: 'time [-apvV] [-f format] [-o file] command [arg...]',
  stopAtOperand: true,
  options: { portable: flag('p', 'portability'), format: value('f', 'format') },
  async main({ sys, io, env, operands, options: o, fail }) {
    if (operands.length === 0) {
      await io.warn('Usage: time [-apvV] [-f format] [-o file] command [arg...]\n')
      return 125
    }
    if (o.format !== undefined) {
      await fail('option -f is not supported here')
      return 125
    }
    const start = sys.clock.monotonic()
    const outcome = await runCommand(sys, operands, env)
    const seconds = (sys.clock.monotonic() - start) / 1000
    if (outcome.kind === 'not-run') await fail(`cannot run ${operands[0]}: ${outcome.message}`)
    const status = outcome.kind === 'ended' ? outcome.status : outcome.code === 'ENOENT' ? 127 : 126
    const clock = `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`
    if (status !== 0 && !o.portable) await io.warn(`Command exited with non-zero status ${status}\n`)
    await io.warn(
      o.portable
        ? `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`
        : `0.00user 0.00system ${clock}elapsed 0%CPU (0avgtext+0avgdata 0maxresident)k\n0inputs+0outputs (0major+0minor)pagefaults 0swaps\n`,
    )
    return status
  },
})
