import type { Process, Program } from '@drydock/abi'
import { type OptionSpec, programName, type Voice, type VoicedProcess } from '@drydock/libc'
import { BANNER } from './banner.ts'
import { isOptionComplaint, muslOptionComplaint, muslReason, usesMusl } from './c-library.ts'
import { COMMON_PHRASES } from './common-phrases.ts'
import { type Phrase, PhraseBook } from './phrase-book.ts'

/** What an applet has of its GNU namesake, and how it says the same things. */
export interface AppletRow {
  /** Behind the name in `Usage:`; lines after the first stand for other forms. */
  readonly usage: string
  /** Letters of its options; undefined when it has all of its namesake's. */
  readonly letters?: string
  /** Its long options; undefined when it has all of its namesake's. */
  readonly words?: readonly string[]
  readonly phrases?: readonly Phrase[]
  /** Status of a wrong command line; default 1. */
  readonly usageStatus?: number
  /** The highest status it ends with, where its namesake goes higher. */
  readonly maxStatus?: number
}

function narrowed(spec: OptionSpec, { letters, words }: AppletRow): OptionSpec | undefined {
  const short = [...(spec.short ?? '')].filter((letter) => letters === undefined || letters.includes(letter)).join('')
  const { long, ...rest } = spec
  const kept = long !== undefined && (words === undefined || words.includes(long))
  if (short === '' && !kept) return undefined
  return { ...rest, short, ...(kept ? { long } : {}) }
}

/** The applet's help: its forms, and what it is for. bb_show_usage() of busybox also goes through the options. */
function usageText(name: string, { usage }: AppletRow, summary: string): string {
  const [first = '', ...others] = usage.split('\n')
  const forms = [`Usage: ${`${name} ${first}`.trimEnd()}`, ...others.map((form) => `or: ${name} ${form}`)]
  return `${BANNER}\n\n${forms.join('\n')}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}\n`
}

/** How GNU programs end what they say of a wrong command line. */
const SEE_HELP = /^([^]*)\nTry '[^']*--help'[^\n]*$/

class AppletVoice implements Voice {
  readonly family = 'busybox'
  readonly usageStatus: number
  private readonly process: Process
  private readonly row: AppletRow
  private readonly book: PhraseBook
  private readonly summary: string

  constructor(process: Process, row: AppletRow, book: PhraseBook, summary: string) {
    this.process = process
    this.row = row
    this.book = book
    this.summary = summary
    this.usageStatus = row.usageStatus ?? 1
  }

  narrow(spec: OptionSpec): OptionSpec | undefined {
    return narrowed(spec, this.row)
  }

  reword(text: string): string {
    const end = text.endsWith('\n') ? '\n' : ''
    const body = text.slice(0, text.length - end.length)
    const prefix = `${programName(this.process)}: `
    if (!body.startsWith(prefix)) return this.said(body, '', end)
    const [, complaint] = SEE_HELP.exec(body.slice(prefix.length)) ?? []
    if (complaint !== undefined) return this.usage(complaint)
    return this.said(body.slice(prefix.length), prefix, end)
  }

  private said(message: string, prefix: string, end: string): string {
    const words = this.book.translate(message) ?? message
    if (words === '') return ''
    return prefix + (usesMusl(this.process.sys) ? muslReason(words) : words) + end
  }

  usage(message: string | undefined): string {
    const name = programName(this.process)
    const help = usageText(name, this.row, this.summary)
    if (message === undefined) return help
    if (isOptionComplaint(message))
      return `${name}: ${usesMusl(this.process.sys) ? muslOptionComplaint(message) : message}\n${help}`
    const words = this.book.translate(message)
    return words === undefined ? help : `${name}: ${words}\n`
  }
}

const HELP_LACKS = 'the options one by one in its help'

/** The row `busybox/<applet>` of a program: the same code in busybox's words, with no more than busybox's options. */
export function applet(program: Program, row: AppletRow): Program {
  const book = new PhraseBook([...(row.phrases ?? []), ...COMMON_PHRASES])
  const command = (program.paths[0] ?? program.name).replace(/^.*\//, '')
  const main = async (process: Process): Promise<number> => {
    const voiced: VoicedProcess = { ...process, voice: new AppletVoice(process, row, book, program.summary) }
    return Math.min(row.maxStatus ?? 255, await program.main(voiced))
  }
  const lacks = [...(program.lacks ?? []), HELP_LACKS]
  return { ...program, name: `busybox/${command}`, covers: 'partial', lacks, main }
}
