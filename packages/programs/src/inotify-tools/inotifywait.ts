import { IN_ALL_EVENTS, isErrno, O_APPEND, O_CREAT, O_WRONLY } from '@drydock/abi'
import {
  defineProgram,
  encodeText,
  flag,
  list,
  type ProgramContext,
  readTextFile,
  strftime,
  timeZone,
  value,
  writeAll,
} from '@drydock/libc'
import { eventText, parseEvents } from './event-names.ts'
import { type Seen, Watching } from './watching.ts'

const OPTIONS = {
  monitor: flag('m', 'monitor'),
  recursive: flag('r', 'recursive'),
  quiet: flag('q', 'quiet'),
  events: list('e', 'event'),
  format: value('', 'format'),
  noNewline: flag('', 'no-newline'),
  timeFormat: value('', 'timefmt'),
  timeout: value('t', 'timeout'),
  csv: flag('c', 'csv'),
  exclude: value('', 'exclude'),
  excludeCase: value('', 'excludei'),
  include: value('', 'include'),
  includeCase: value('', 'includei'),
  fromFile: value('', 'fromfile'),
  outFile: value('o', 'outfile'),
} as const
type Context = ProgramContext<typeof OPTIONS>

const TIMED_OUT = 2

/** inotifywait: waits for changes of files. inotify-tools 3.22, inotifywait(1) */
export const inotifywait = defineProgram({
  name: 'inotify-tools/inotifywait',
  paths: ['/usr/bin/inotifywait'],
  covers: 'partial',
  lacks: ['-d and -s', 'fanotify (-F, -I, -S)', '-P'],
  summary: 'wait for changes to files using inotify',
  sizeBytes: 47_720,
  usage: 'inotifywait [options] file1 [file2] [file3] [...]',
  options: OPTIONS,
  async main(context) {
    const { sys, io, operands, options: o } = context
    const listed = o.fromFile === undefined ? [] : (await readTextFile(sys, o.fromFile)).split('\n').filter(Boolean)
    const paths = [...listed, ...operands]
    if (paths.length === 0) {
      await io.warn('No files specified to watch!\n')
      return 1
    }
    const mask = parseEvents(o.events)
    if (typeof mask === 'string') {
      await io.warn(`'${mask}' is not a valid event!  Run with the -h option to see a list of all events.\n`)
      return 1
    }
    const watching = new Watching(sys, {
      mask: mask === 0 ? IN_ALL_EVENTS : mask,
      recursive: o.recursive > 0,
      wanted: pathFilter(o),
    })
    const beware = o.recursive ? '  Beware: since -r was given, this may take a while!' : ''
    if (o.quiet === 0) await io.warn(`Setting up watches.${beware}\n`)
    for (const path of paths) {
      const problem = tryAdd(watching, path)
      if (problem === undefined) continue
      await io.warn(`Couldn't watch ${path}: ${problem}\n`)
      return 1
    }
    if (o.quiet === 0) await io.warn('Watches established.\n')
    return follow(context, watching)
  },
})

/** @returns why not */
export function tryAdd(watching: Watching, path: string): string | undefined {
  try {
    watching.add(path)
    return undefined
  } catch (error) {
    if (isErrno(error)) return error.message
    throw error
  }
}

export function pathFilter(
  o: {
    readonly [K in 'exclude' | 'excludeCase' | 'include' | 'includeCase']?: string | undefined
  },
): (path: string) => boolean {
  const excluded = o.exclude ?? o.excludeCase
  const included = o.include ?? o.includeCase
  const exclude = excluded === undefined ? undefined : new RegExp(excluded, o.exclude === undefined ? 'i' : '')
  const include = included === undefined ? undefined : new RegExp(included, o.include === undefined ? 'i' : '')
  return (path) => !exclude?.test(path) && (include?.test(path) ?? true)
}

async function follow(context: Context, watching: Watching): Promise<number> {
  const { sys, io, options: o } = context
  const out = o.outFile === undefined ? 1 : sys.open(o.outFile, O_WRONLY | O_CREAT | O_APPEND, 0o666)
  const timeoutMs = o.timeout === undefined || Number(o.timeout) <= 0 ? -1 : Number(o.timeout) * 1000
  for (;;) {
    const seen = await watching.next(timeoutMs)
    if (seen === undefined) return TIMED_OUT
    for (const event of seen) {
      await writeAll(sys, out, encodeText(line(context, event)))
      if (!o.monitor) return 0
    }
    if (watching.size === 0) {
      if (o.quiet === 0) await io.warn('No watches left.\n')
      return o.monitor ? 1 : 0
    }
  }
}

function line({ sys, env, options: o }: Context, { mask, watched, name }: Seen): string {
  if (o.csv) return `${[watched, eventText(mask), name].map(quoted).join(',')}\n`
  const format = o.format ?? '%w %,e %f'
  const time = o.timeFormat === undefined ? '' : strftime(o.timeFormat, sys.clock.now(), timeZone(env))
  const values: Readonly<Record<string, string>> = {
    w: watched,
    f: name,
    T: time,
    e: eventText(mask),
    '%': '%',
    n: '\n',
    0: '\0',
  }
  const text = format.replace(/%(?:([^wfTe%n0])e|(.))/g, (whole, separator?: string, letter = '') =>
    separator === undefined ? (values[letter] ?? whole) : eventText(mask, separator),
  )
  return o.noNewline ? text : `${text}\n`
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
