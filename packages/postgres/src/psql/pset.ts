import type { Shell } from './shell.ts'
import type { PrintOptions } from './table.ts'

const FORMAT_NAMES: readonly PrintOptions['format'][] = [
  ...(['aligned', 'asciidoc', 'csv', 'html', 'latex', 'troff-ms', 'unaligned', 'wrapped'] as const),
]

/** What `on`, `off` and nothing make of an option. */
export const onOff = (word: string | undefined, now: boolean): boolean =>
  word === undefined ? !now : /^(on|true|1|yes)$/i.test(word)
const shownBool = (value: boolean): string => (value ? 'on' : 'off')
const quoted = (text: string): string => `'${text.replaceAll('\n', '\\n')}'`

interface Setting {
  /** @returns what is wrong with the value */
  set(print: PrintOptions, value: string | undefined): string | undefined | void
  /** As the list of all shows it. */
  show(print: PrintOptions): string
  /** What is said after a change. */
  tell(print: PrintOptions): string
}

function separator(
  key: 'fieldSeparator' | 'recordSeparator',
  word: string,
  usual: string,
): readonly [plain: Setting, zero: Setting] {
  const tell = (print: PrintOptions): string => {
    const value = print[key]
    const shown = value === '\0' ? 'zero byte' : value === '\n' ? '<newline>' : `"${value}"`
    return `${word} separator is ${shown}.`
  }
  return [
    {
      set: (print, value) => void (print[key] = value ?? usual),
      show: (print) => quoted(print[key] === '\0' ? '' : print[key]),
      tell,
    },
    { set: (print) => void (print[key] = '\0'), show: (print) => shownBool(print[key] === '\0'), tell },
  ]
}
const [FIELD, FIELD_ZERO] = separator('fieldSeparator', 'Field', '|')
const [RECORD, RECORD_ZERO] = separator('recordSeparator', 'Record', '\n')

/** \pset's options, in the order of their list. psql(1), "\pset". */
const SETTINGS: Readonly<Record<string, Setting>> = {
  border: {
    set: (print, value) => void (value === undefined ? undefined : (print.border = Number.parseInt(value, 10) || 0)),
    show: ({ border }) => String(border),
    tell: ({ border }) => `Border style is ${border}.`,
  },
  columns: {
    set: () => undefined,
    show: () => '0',
    tell: () => 'Target width is unset.',
  },
  csv_fieldsep: {
    set(print, value) {
      if (value === undefined) return undefined
      if (value.length !== 1) return 'csv_fieldsep must be a single one-byte character'
      print.csvSeparator = value
      return undefined
    },
    show: ({ csvSeparator }) => quoted(csvSeparator),
    tell: ({ csvSeparator }) => `Field separator for CSV is "${csvSeparator}".`,
  },
  expanded: {
    set: (print, value) =>
      void (print.expanded = value?.toLowerCase() === 'auto' ? 'auto' : onOff(value, print.expanded === true)),
    show: ({ expanded }) => (expanded === 'auto' ? 'auto' : shownBool(expanded)),
    tell: ({ expanded }) =>
      expanded === 'auto' ? 'Expanded display is used automatically.' : `Expanded display is ${shownBool(expanded)}.`,
  },
  fieldsep: FIELD,
  fieldsep_zero: FIELD_ZERO,
  footer: {
    set: (print, value) => void (print.footer = onOff(value, print.footer)),
    show: ({ footer }) => shownBool(footer),
    tell: ({ footer }) => `Default footer is ${shownBool(footer)}.`,
  },
  format: {
    set(print, value) {
      if (value === undefined) return undefined
      const found = FORMAT_NAMES.filter((name) => name.startsWith(value.toLowerCase()))
      if (found.length === 0)
        return 'allowed formats are aligned, asciidoc, csv, html, latex, latex-longtable, troff-ms, unaligned, wrapped'
      print.format = found[0] as PrintOptions['format']
      return undefined
    },
    show: ({ format }) => format,
    tell: ({ format }) => `Output format is ${format}.`,
  },
  linestyle: {
    set(print, value) {
      if (value === undefined) return undefined
      if (!/^(ascii|old-ascii|unicode)$/i.test(value)) return 'allowed line styles are ascii, old-ascii, unicode'
      print.lineStyle = /^unicode$/i.test(value) ? 'unicode' : 'ascii'
      return undefined
    },
    show: ({ lineStyle }) => lineStyle,
    tell: ({ lineStyle }) => `Line style is ${lineStyle}.`,
  },
  null: {
    set: (print, value) => void (value === undefined ? undefined : (print.nullText = value)),
    show: ({ nullText }) => quoted(nullText),
    tell: ({ nullText }) => `Null display is "${nullText}".`,
  },
  numericlocale: {
    set: (print, value) => void (print.numericLocale = onOff(value, print.numericLocale)),
    show: ({ numericLocale }) => shownBool(numericLocale),
    tell: ({ numericLocale }) => `Locale-adjusted numeric output is ${shownBool(numericLocale)}.`,
  },
  pager: { set: () => undefined, show: () => '0', tell: () => 'Pager usage is off.' },
  pager_min_lines: {
    set: () => undefined,
    show: () => '0',
    tell: () => "Pager won't be used for less than 0 lines.",
  },
  recordsep: RECORD,
  recordsep_zero: RECORD_ZERO,
  tableattr: {
    set: (print, value) => void (print.tableAttributes = value ?? ''),
    show: ({ tableAttributes }) => (tableAttributes === '' ? '' : quoted(tableAttributes)),
    tell: ({ tableAttributes }) =>
      tableAttributes === '' ? 'Table attributes unset.' : `Table attributes are "${tableAttributes}".`,
  },
  title: {
    set: (print, value) => void (print.title = value ?? ''),
    show: ({ title }) => (title === '' ? '' : quoted(title)),
    tell: ({ title }) => (title === '' ? 'Title is unset.' : `Title is "${title}".`),
  },
  tuples_only: {
    set: (print, value) => void (print.tuplesOnly = onOff(value, print.tuplesOnly)),
    show: ({ tuplesOnly }) => shownBool(tuplesOnly),
    tell: ({ tuplesOnly }) => `Tuples only is ${shownBool(tuplesOnly)}.`,
  },
  unicode_border_linestyle: {
    set: () => undefined,
    show: () => 'single',
    tell: () => 'Unicode border line style is "single".',
  },
  unicode_column_linestyle: {
    set: () => undefined,
    show: () => 'single',
    tell: () => 'Unicode column line style is "single".',
  },
  unicode_header_linestyle: {
    set: () => undefined,
    show: () => 'single',
    tell: () => 'Unicode header line style is "single".',
  },
  xheader_width: { set: () => undefined, show: () => 'full', tell: () => 'Expanded header width is "full".' },
}
/** With a value nothing is said of these. */
const SILENT = new Set(['footer', 'numericlocale', 'tuples_only'])
const SHORT: Readonly<Record<string, string>> = { x: 'expanded', vertical: 'expanded', t: 'tuples_only' }

/** Sets one option. @returns what is wrong */
export function setOption(print: PrintOptions, name: string, value: string | undefined): string | undefined {
  const setting = settingOf(name)
  if (!setting) return `\\pset: unknown option: ${name}`
  const problem = setting.set(print, value)
  return typeof problem === 'string' ? `\\pset: ${problem}` : undefined
}

const settingOf = (name: string): Setting | undefined => {
  const full = SHORT[name] ?? name
  return Object.hasOwn(SETTINGS, full) ? SETTINGS[full] : undefined
}

/** \pset [name [value]] */
export async function pset(shell: Shell, [name, value]: readonly string[]): Promise<void> {
  const { print } = shell
  if (name === undefined) {
    for (const [key, setting] of Object.entries(SETTINGS)) await shell.say(`${key.padEnd(24)} ${setting.show(print)}\n`)
    return
  }
  const problem = setOption(print, name, value)
  if (problem !== undefined) return shell.complain(problem)
  if (!shell.quiet && !(value !== undefined && SILENT.has(SHORT[name] ?? name)))
    await shell.say(`${settingOf(name)?.tell(print) ?? ''}\n`)
}
