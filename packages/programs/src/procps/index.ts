import { fromSuite } from '../package-version.ts'
import { free } from './free.ts'
import { kill } from './kill.ts'
import { killall, pgrep, pidof, pkill } from './pgrep.ts'
import { pmap } from './pmap.ts'
import { ps } from './ps.ts'
import { pwdx, sysctl, w } from './sysctl.ts'
import { top } from './top.ts'
import { uptime } from './uptime.ts'
import { vmstat } from './vmstat.ts'
import { watch } from './watch.ts'

export const procps = fromSuite('procps-ng', '4.0.2', [
  free,
  kill,
  killall,
  pgrep,
  pidof,
  pkill,
  pmap,
  ps,
  pwdx,
  sysctl,
  top,
  w,
  uptime,
  vmstat,
  watch,
])
