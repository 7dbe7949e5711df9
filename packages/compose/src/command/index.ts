import type { Command } from '@drydock/cli-plugin'
import { alpha } from './alpha.ts'
import { config, convert } from './config.ts'
import { attach, commit, cp, exec, exportFiles, port, stats, wait } from './container-commands.ts'
import { down } from './down.ts'
import { build, publish, pull, push } from './image-commands.ts'
import { create, kill, pause, restart, rm, scale, start, stop, unpause } from './lifecycle-commands.ts'
import { events, images, ls, top, version } from './listing-commands.ts'
import { logs } from './logs.ts'
import { ps } from './ps.ts'
import { run } from './run.ts'
import { up } from './up.ts'
import { watch } from './watch.ts'

export const commands: readonly Command[] = [
  alpha,
  attach,
  build,
  commit,
  config,
  convert,
  cp,
  create,
  down,
  events,
  exec,
  exportFiles,
  images,
  kill,
  logs,
  ls,
  pause,
  port,
  ps,
  publish,
  pull,
  push,
  restart,
  rm,
  run,
  scale,
  start,
  stats,
  stop,
  top,
  unpause,
  up,
  version,
  wait,
  watch,
]
