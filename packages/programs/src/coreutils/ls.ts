import type { Stat } from '@drydock/abi'
import { defineProgram } from '@drydock/libc'
import type { Accounts } from '../account/accounts.ts'
import { busyboxHumanSize, humanSize } from '../format/human-size.ts'
import { parseSize } from '../format/parse-size.ts'
import { shellQuote } from '../format/quote.ts'
import { strftime, timeZone } from '../format/strftime.ts'
import { isTerminal } from '../text/terminal.ts'
import { type Listing, Painter } from './ls-format.ts'
import { listOperands, type LsContext, lsOptions, timeOf } from './ls-walk.ts'

type Flavour = 'gnu' | 'busybox'
const SIX_MONTHS_MS = (365.2425 / 2) * 86_400_000

const LAYOUTS = ['one', 'columns', 'across', 'commas', 'long', 'numeric', 'noOwner', 'longNoGroup', 'fullTime'] as const
const LONG_OPTIONS: readonly string[] = ['long', 'numeric', 'noOwner', 'longNoGroup', 'fullTime']

function terminalWidth({ sys, options, env }: LsContext, terminal: boolean): number {
  if (options.width !== undefined) return Number(options.width) || Number.POSITIVE_INFINITY
  if (terminal) return sys.getWindowSize(1).cols || 80
  return Number(env.get('COLUMNS')) || 80
}

const STYLES = new Map([
  ['full-iso', '%Y-%m-%d %H:%M:%S.%N %z'],
  ['long-iso', '%Y-%m-%d %H:%M'],
])

function timeFormatter(context: LsContext, flavour: Flavour): (stat: Stat) => string {
  const { options: o, env, sys } = context
  const zone = timeZone(env)
  const key = timeOf(o)
  const style = o.fullTime ? 'full-iso' : (o.timeStyle ?? env.get('TIME_STYLE') ?? 'locale')
  const full = flavour === 'busybox' && style === 'full-iso' ? '%Y-%m-%d %H:%M:%S %z' : undefined
  const fixed = full ?? (style.startsWith('+') ? style.slice(1) : STYLES.get(style))
  const now = sys.clock.now()
  const recent = (ms: number): boolean => ms <= now && now - ms < SIX_MONTHS_MS
  const [near, far] = style === 'iso' ? ['%m-%d %H:%M', '%Y-%m-%d '] : ['%b %e %H:%M', '%b %e  %Y']
  return (stat) => strftime(fixed ?? (recent(stat[key]) ? near : far), stat[key], zone)
}

function indicatorOf({ options: o }: LsContext, terminal: boolean): Listing['indicator'] {
  const when = o.classifyLong
  if (o.classify || (when !== undefined && (when !== 'auto' || terminal) && when !== 'never')) return 'classify'
  if (o.fileType) return 'file-type'
  if (o.slash) return 'slash'
  const word = o.indicator
  return word === 'slash' || word === 'file-type' || word === 'classify' ? word : 'none'
}

function blockUnit({ options: o }: LsContext): number {
  return o.blockSize ? (parseSize(/^\d/.test(o.blockSize) ? o.blockSize : `1${o.blockSize}`) ?? 1024) : 1024
}

/** A unit without a number is shown behind each size: `--block-size=K`. */
const unitSuffix = (blockSize = ''): string => (/^[A-Za-z]/.test(blockSize) ? blockSize : '')

function sizeFormatter(context: LsContext, flavour: Flavour): (bytes: number) => string {
  const { human, si, blockSize } = context.options
  if (si) return (bytes) => humanSize(bytes, 1000)
  if (human) return flavour === 'gnu' ? humanSize : busyboxHumanSize
  const unit = blockSize ? blockUnit(context) : 1
  const suffix = unitSuffix(blockSize)
  return (bytes) => `${Math.ceil(bytes / unit)}${suffix}`
}

/** The words of --format. */
const FORMATS: ReadonlyMap<string, { readonly long: boolean; readonly layout: Listing['layout'] }> = new Map([
  ['long', { long: true, layout: 'one' }],
  ['verbose', { long: true, layout: 'one' }],
  ['commas', { long: false, layout: 'commas' }],
  ['across', { long: false, layout: 'across' }],
  ['horizontal', { long: false, layout: 'across' }],
  ['vertical', { long: false, layout: 'columns' }],
  ['single-column', { long: false, layout: 'one' }],
])

function layoutOf({ options: o, order }: LsContext, terminal: boolean): { long: boolean; layout: Listing['layout'] } {
  const named = FORMATS.get(o.format ?? '')
  if (named) return named
  const chosen = order.findLast((name) => (LAYOUTS as readonly string[]).includes(name))
  const long =
    LONG_OPTIONS.some((name) => order.some((given) => given === name)) &&
    !(chosen === 'columns' || chosen === 'across' || chosen === 'commas')
  if (chosen === 'columns' || chosen === 'across' || chosen === 'commas') return { long: false, layout: chosen }
  return { long, layout: chosen === 'one' || o.zero || !terminal ? 'one' : 'columns' }
}

function colorsOn({ options: o }: LsContext, terminal: boolean): boolean {
  const when = o.color
  if (when === undefined || when === 'never' || when === 'no' || when === 'none') return false
  return terminal || !/^(auto|tty|if-tty)$/.test(when)
}

/** As C writes strings, without the quotes and with blanks escaped too. */
const escapeName = (name: string): string =>
  JSON.stringify(name)
    .slice(1, -1)
    .replace(/\\"/g, '"')
    .replace(/ /g, '\\ ')
    .replace(/\\u00(..)/g, (_, hex: string) => `\\${Number.parseInt(hex, 16).toString(8).padStart(3, '0')}`)

const makeListing =
  (flavour: Flavour) =>
  (context: LsContext, accounts: Accounts): Listing => {
    const { options: o, sys } = context
    const terminal = isTerminal(sys, 1)
    const { long, layout } = layoutOf(context, terminal)
    const size = sizeFormatter(context, flavour)
    const human = o.human > 0 || o.si > 0
    const unit = blockUnit(context)
    const blocks = (bytes: number): string => (human ? size(bytes) : String(Math.ceil(bytes / unit)))
    const quotes = flavour === 'gnu' && terminal && !o.literal
    const colors = flavour === 'busybox' && o.color === undefined ? terminal : colorsOn(context, terminal)
    const quote = o.quoteName
      ? (name: string) => JSON.stringify(name)
      : o.escape
        ? escapeName
        : quotes
          ? shellQuote
          : (name: string) => (terminal || o.hideControl ? name.replace(/[\0-\x1f\x7f]/g, '?') : name)
    return {
      isLong: long,
      layout,
      lineWidth: terminalWidth(context, terminal),
      lineEnd: o.zero ? '\0' : '\n',
      showInode: o.inode > 0,
      showBlocks: o.size > 0,
      showOwner: !o.noOwner,
      showGroup: !o.noGroup && !o.longNoGroup,
      showAuthor: o.author > 0,
      showContext: o.context > 0,
      indicator: indicatorOf(context, terminal),
      colors,
      painter: new Painter(colors),
      fixedWidths: flavour === 'busybox',
      humanSizes: human,
      quote,
      title: (path) => (quotes && /[:\s'"]/.test(path) ? shellQuote(path) : path),
      missing: (path, reason) => (flavour === 'gnu' ? `cannot access '${path}': ${reason}` : `${path}: ${reason}`),
      size,
      blocks: (stat) => blocks(stat.blocks * 512),
      total: (stats) => `total ${blocks(stats.reduce((sum, stat) => sum + stat.blocks * 512, 0))}`,
      time: timeFormatter(context, flavour),
      user: (uid) => (o.numeric ? String(uid) : (accounts.userName(uid) ?? String(uid))),
      group: (gid) => (o.numeric ? String(gid) : (accounts.groupName(gid) ?? String(gid))),
    }
  }

/** ls: list directory contents. GNU coreutils 9 ls. */
export const ls = defineProgram({
  name: 'coreutils/ls',
  paths: ['/bin/ls', '/usr/bin/dir'],
  covers: 'partial',
  lacks: ['--hyperlink', '--dired', 'security contexts: there are none'],
  summary: 'list directory contents',
  sizeBytes: 151344,
  usage: 'ls [OPTION]... [FILE]...',
  usageStatus: 2,
  options: lsOptions,
  main: (context) => listOperands(context, makeListing('gnu')),
})

/** ls of busybox: fixed columns, colours by itself on a terminal, one status for all trouble. */
export const busyboxLs = defineProgram({
  name: 'busybox/ls',
  paths: ['/bin/ls'],
  covers: 'partial',
  summary: 'list directory contents (busybox)',
  sizeBytes: 808712,
  usage: 'ls [-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...',
  options: lsOptions,
  main: async (context) => Math.min(1, await listOperands(context, makeListing('busybox'))),
})
