import { isErrno } from '@drydock/abi'
import { byteLength, decodeText, decodeValid, encodeText } from '../text/encoding.ts'
import { LineBlocks } from '../text/line-blocks.ts'
import { LineReader } from '../text/line-reader.ts'
import type { GrepContext } from './grep.ts'
import type { Matcher } from './patterns.ts'
import { type Finder, selectLines } from './text-search.ts'

interface Line {
  readonly text: string
  readonly number: number
  readonly offset: number
}
interface Look {
  readonly names: boolean
  readonly color: boolean
}

const BINARY = /\0|[\udc80-\udcff]/u

/** Lines before the first with bytes that are no text, and the others. */
function atBinary(text: string): string[] {
  const at = text.search(BINARY)
  const start = text.lastIndexOf('\n', at) + 1
  return at < 0 || start === 0 ? [text] : [text.slice(0, start), text.slice(start)]
}

const SGR = { match: '01;31', name: '35', number: '32', separator: '36' }

/** Searches one file after another and prints what the options ask for. */
export class Searcher {
  found = false
  /** -q has its answer. */
  done = false
  private readonly context: GrepContext
  private readonly matcher: Matcher
  private readonly look: Look
  private readonly before: number
  private readonly after: number
  private anyGroup = false

  constructor(context: GrepContext, matcher: Matcher, look: Look) {
    const { options: o } = context
    this.context = context
    this.matcher = matcher
    this.look = look
    this.before = Number(o.before ?? o.context ?? 0)
    this.after = Number(o.after ?? o.context ?? 0)
  }

  async search(fd: number, name: string): Promise<void> {
    const { options: o, io, sys } = this.context
    const max = o.max === undefined ? Infinity : Number(o.max)
    const silent = o.quiet + o.silent > 0
    const listing = o.with + o.without > 0
    let count = 0
    const quiet = silent || listing || o.count > 0
    const { inText } = this.matcher
    try {
      if (inText && this.isPlain(max) && max > 0)
        count = await this.scanTexts(fd, inText, name, quiet, listing || silent)
      else count = await this.scan(new LineReader(sys, fd, o.nullData ? 0 : 10), name, max, quiet, listing || silent)
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      if (!o.noMessages) await this.context.fail(`${name}: ${error.message}`)
    }
    const listed = o.without ? count === 0 : count > 0
    if (listed) this.found = true
    if (silent) {
      if (count > 0) this.done = true
      return
    }
    if (o.count && !listing)
      await io.print(`${this.look.names ? this.name(name) + this.mark(o.null ? '\0' : ':') : ''}${count}\n`)
    if ((o.with && count > 0) || (o.without && count === 0)) await io.print(`${this.name(name)}${o.null ? '\0' : '\n'}`)
  }

  /** @returns how many lines were selected */
  private async scan(reader: LineReader, name: string, max: number, quiet: boolean, one: boolean): Promise<number> {
    const { options: o, sys } = this.context
    if (max === 0) return 0
    const held: Line[] = []
    let [count, number, offset, trailing, lastPrinted] = [0, 0, 0, 0, 0]
    let binary = false
    for (;;) {
      const got = reader.next()
      const text = got instanceof Promise ? await got : got
      if (text === undefined) return binary && count > 0 && !quiet ? this.binaryMatches(name, count) : count
      const line: Line = { text, number: ++number, offset }
      if (o.byteOffset) offset += byteLength(text) + 1
      if ((number & 1023) === 0) {
        const pause = sys.tick()
        if (pause) await pause
      }
      binary ||=
        this.context.flavour === 'gnu' &&
        !o.text &&
        !o.nullData &&
        o.binaryFiles !== 'text' &&
        (text.includes('\0') || /[\udc80-\udcff]/u.test(text))
      if (binary && (o.binaryNoMatch || o.binaryFiles === 'without-match')) return 0
      if (this.matcher.test(text) !== o.invert > 0) {
        count++
        if (one) return count
        if (!quiet && !binary) {
          await this.separate(held[0]?.number ?? number, lastPrinted)
          for (const earlier of held.splice(0)) await this.print(name, earlier, false)
          await this.print(name, line, true)
          lastPrinted = number
        }
        trailing = this.after
        if (count >= max && trailing === 0) return binary && !quiet ? this.binaryMatches(name, count) : count
      } else if (trailing > 0 && !quiet && !binary) {
        trailing--
        await this.print(name, line, false)
        lastPrinted = number
        if (count >= max && trailing === 0) return count
      } else if (this.before > 0) {
        held.push(line)
        if (held.length > this.before) held.shift()
      }
      if (count >= max && trailing > 0) {
        // Only trailing context is left to print.
        while (trailing-- > 0) {
          const rest = await reader.next()
          if (rest === undefined) return count
          await this.print(name, { text: rest, number: ++number, offset }, false)
        }
        return count
      }
    }
  }

  /** Nothing around the lines is printed, nothing in them marked or counted. */
  private isPlain(max: number): boolean {
    const { options: o } = this.context
    const marks = o.only + o.byteOffset + o.lineBuffered + o.initialTab > 0 || this.look.color
    return max === Infinity && this.before === 0 && this.after === 0 && !marks && !o.nullData
  }

  /** The same as `scan`, a text of many lines at a time. */
  private async scanTexts(fd: number, find: Finder, name: string, quiet: boolean, one: boolean): Promise<number> {
    const { options: o, sys, io, flavour } = this.context
    const blocks = new LineBlocks(sys, fd)
    const looks = flavour === 'gnu' && !o.text && o.binaryFiles !== 'text'
    const head = this.look.names ? name + (o.null ? '\0' : ':') : ''
    let [count, number, binary] = [0, 1, false]
    for (;;) {
      const next = blocks.next()
      const bytes = next instanceof Promise ? await next : next
      if (!bytes) break
      const valid = decodeValid(bytes)
      const suspect = looks && !binary && (valid === undefined || bytes.includes(0))
      const whole = valid ?? decodeText(bytes)
      for (const text of suspect ? atBinary(whole) : [whole]) {
        binary ||= suspect && BINARY.test(text)
        if (binary && (o.binaryNoMatch || o.binaryFiles === 'without-match')) return 0
        const firstNumber = o.lineNumber ? number : undefined
        const wanted = { invert: o.invert > 0, text: !quiet && !binary, head, firstNumber }
        const found = selectLines(text.endsWith('\n') ? text : `${text}\n`, find, wanted)
        count += found.count
        number += found.lines
        if (one && count > 0) return count
        if (found.text !== '') await io.print(found.text)
      }
      const pause = sys.tick()
      if (pause) await pause
    }
    return binary && count > 0 && !quiet ? this.binaryMatches(name, count) : count
  }

  private async binaryMatches(name: string, count: number): Promise<number> {
    await this.context.fail(`${name}: binary file matches`)
    return count
  }

  private async separate(start: number, lastPrinted: number): Promise<void> {
    const { options: o, io } = this.context
    const contextual = this.before > 0 || this.after > 0
    if (contextual && this.anyGroup && start > lastPrinted + 1 && !o.noGroupSeparator)
      await io.print(`${this.paint(o.groupSeparator ?? '--', SGR.separator)}\n`)
    this.anyGroup = true
  }

  private paint(text: string, sgr: string): string {
    return this.look.color ? `\x1b[${sgr}m\x1b[K${text}\x1b[m\x1b[K` : text
  }
  private name(name: string): string {
    return this.paint(name, SGR.name)
  }
  private mark(text: string): string {
    return text === '\0' ? text : this.paint(text, SGR.separator)
  }

  private prefix(name: string, line: Line, selected: boolean, offset: number): string {
    const { options: o } = this.context
    const mark = this.mark(selected ? ':' : '-')
    const head = this.look.names ? this.name(name) + (o.null ? '\0' : mark) : ''
    const number = o.lineNumber ? this.paint(String(line.number), SGR.number) + mark : ''
    const bytes = o.byteOffset ? this.paint(String(offset), SGR.number) + mark : ''
    const tab = o.initialTab && head + number + bytes !== '' ? '\t' : ''
    return head + number + bytes + tab
  }

  private async print(name: string, line: Line, selected: boolean): Promise<void> {
    const { options: o, io } = this.context
    const end = o.nullData ? '\0' : '\n'
    if (o.only) {
      if (!selected || o.invert) return
      for (const [from, to] of this.matcher.all(line.text)) {
        const at = line.offset + byteLength(line.text.slice(0, from))
        await io.print(
          encodeText(this.prefix(name, line, selected, at) + this.paint(line.text.slice(from, to), SGR.match) + end),
        )
      }
      return
    }
    const shown = this.look.color && selected && !o.invert ? this.highlight(line.text) : line.text
    await io.print(encodeText(this.prefix(name, line, selected, line.offset) + shown + end))
    if (o.lineBuffered) await io.out.flush()
  }

  private highlight(text: string): string {
    let out = ''
    let at = 0
    for (const [from, to] of this.matcher.all(text)) {
      out += text.slice(at, from) + this.paint(text.slice(from, to), SGR.match)
      at = to
    }
    return out + text.slice(at)
  }
}
