import { isErrno } from '@drydock/abi'
import { defineProgram, flag, readTextFile, UsageError } from '@drydock/libc'

interface Area {
  readonly start: string
  readonly kilobytes: number
  readonly mode: string
  readonly name: string
  readonly rss: number
  readonly dirty: number
}

/** The areas of /proc/PID/smaps. proc_pid_smaps(5) */
function parseAreas(text: string): Area[] {
  const areas: Area[] = []
  for (const block of text.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const [, start, end = '', mode = '', path = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)/.exec(block) ?? []
    if (start === undefined) continue
    const field = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(block)?.[1] ?? 0)
    const kilobytes = (Number.parseInt(end, 16) - Number.parseInt(start, 16)) / 1024
    const special =
      path === '[stack]'
        ? '  [ stack ]'
        : path === '' || path.startsWith('[')
          ? '  [ anon ]'
          : path.replace(/^.*\//, '')
    const dirty = field('Private_Dirty') + field('Shared_Dirty')
    areas.push({
      start,
      kilobytes,
      mode: `${mode.replace('p', '-').replace('s', 's')}-`,
      name: special,
      rss: field('Rss'),
      dirty,
    })
  }
  return areas
}

const column = (number: number): string => String(number).padStart(7)

/** pmap: the memory map of a process. procps-ng 4.0. */
export const pmap = defineProgram({
  name: 'procps/pmap',
  paths: ['/usr/bin/pmap'],
  covers: 'partial',
  lacks: ['-X, -XX, -d, -A, -c and -C'],
  summary: 'report memory map of a process',
  sizeBytes: 35_264,
  usage: 'pmap [options] PID [PID ...]',
  options: { extended: flag('x', 'extended'), quiet: flag('q', 'quiet'), path: flag('p', 'show-path') },
  async main({ sys, io, operands, options: o }) {
    if (operands.length === 0) throw new UsageError('argument missing')
    let status = 0
    for (const pid of operands) {
      let areas: Area[]
      let title: string
      try {
        areas = parseAreas(await readTextFile(sys, `/proc/${pid}/smaps`))
        title = (await readTextFile(sys, `/proc/${pid}/cmdline`)).replace(/\0$/, '').replaceAll('\0', ' ')
      } catch (error) {
        if (!isErrno(error)) throw error
        status = 42
        continue
      }
      const sum = (of: (area: Area) => number): number => areas.reduce((total, area) => total + of(area), 0)
      const all = sum(({ kilobytes }) => kilobytes)
      let out = `${pid}:   ${title}\n`
      if (o.extended) {
        if (!o.quiet) out += `Address           Kbytes     RSS   Dirty Mode  Mapping\n`
        for (const { start, kilobytes, rss, dirty, mode, name } of areas)
          out += `${start.padStart(16, '0')} ${column(kilobytes)} ${column(rss)} ${column(dirty)} ${mode} ${name}\n`
        const totals = `${column(all)} ${column(sum(({ rss }) => rss))} ${column(sum(({ dirty }) => dirty))}`
        if (!o.quiet) out += `---------------- ------- ------- ------- \ntotal kB         ${totals}\n`
      } else {
        for (const { start, kilobytes, mode, name } of areas)
          out += `${start.padStart(16, '0')} ${String(kilobytes).padStart(6)}K ${mode} ${name}\n`
        if (!o.quiet) out += ` total ${String(all).padStart(16)}K\n`
      }
      await io.print(out)
    }
    return status
  },
})
