import { defineProgram, flag } from '@drydock/libc'
import type { Sys } from '@drydock/abi'
import { strftime } from '../format/strftime.ts'

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** ` 10:02:11 up 3 days,  2:05,  0 users,  load average: 0.00, 0.01, 0.05`, as uptime and top print it. */
export function uptimeLine(sys: Sys): string {
  const { uptimeMs, loads } = sys.sysinfo()
  const minutes = Math.floor(uptimeMs / 60_000)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  const clock = hours ? `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`
  const users = new Set(
    sys
      .processes()
      .filter((p) => p.tty !== '?')
      .map((p) => p.tty),
  ).size
  const load = loads.map((value) => value.toFixed(2)).join(', ')
  return `${strftime('%H:%M:%S', sys.clock.now())} up ${days ? `${plural(days, 'day')}, ` : ''}${clock},  ${plural(users, 'user')},  load average: ${load}`
}

/** uptime: how long the system has run. procps-ng 4.0. */
export const uptime = defineProgram({
  name: 'procps/uptime',
  paths: ['/usr/bin/uptime'],
  covers: 'full',
  summary: 'tell how long the system has been running',
  usage: 'uptime [options]',
  options: { pretty: flag('p', 'pretty'), since: flag('s', 'since') },
  async main({ sys, io, options: o }) {
    const { uptimeMs } = sys.sysinfo()
    if (o.since) await io.print(`${strftime('%Y-%m-%d %H:%M:%S', sys.clock.now() - uptimeMs)}\n`)
    else if (o.pretty) {
      const minutes = Math.floor(uptimeMs / 60_000)
      const parts: [number, string][] = [
        [Math.floor(minutes / 10_080), 'week'],
        [Math.floor(minutes / 1440) % 7, 'day'],
        [Math.floor(minutes / 60) % 24, 'hour'],
        [minutes % 60, 'minute'],
      ]
      const words = parts.filter(([count]) => count > 0).map(([count, word]) => plural(count, word))
      await io.print(`up ${words.join(', ') || '0 minutes'}\n`)
    } else await io.print(` ${uptimeLine(sys)}\n`)
    return 0
  },
})
