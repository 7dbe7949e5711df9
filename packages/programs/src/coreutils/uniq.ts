import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { concat, defineProgram, flag, optional, Output, type ProgramContext, UsageError, value } from '@drydock/libc'
import { LineBlocks } from '../text/line-blocks.ts'
import { LineReader } from '../text/line-reader.ts'
import { DistinctLines, EqualLines, type UniqLook } from './uniq-lines.ts'

const NEWLINE = 10

const options = {
  count: flag('c', 'count'),
  repeated: flag('d', 'repeated'),
  allRepeated: flag('D'),
  allRepeatedLong: optional('', 'all-repeated'),
  group: optional('', 'group'),
  skipFields: value('f', 'skip-fields'),
  ignoreCase: flag('i', 'ignore-case'),
  skipChars: value('s', 'skip-chars'),
  unique: flag('u', 'unique'),
  checkChars: value('w', 'check-chars'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>

function keyOf({ options: o }: Context): (line: string) => string {
  const given = [o.skipFields, o.skipChars, o.checkChars].some((option) => option !== undefined)
  if (!given && !o.ignoreCase) return (line) => line
  const fields = new RegExp(`^(?:[ \\t]*[^ \\t]+){0,${Number(o.skipFields ?? 0)}}`)
  const chars = Number(o.skipChars ?? 0)
  const width = o.checkChars === undefined ? undefined : chars + Number(o.checkChars)
  return (line) => {
    const key = (o.skipFields === undefined ? line : line.replace(fields, '')).slice(chars, width)
    return o.ignoreCase ? key.toLowerCase() : key
  }
}

/** Prints groups of equal neighbours as the options want them. */
class Groups {
  private first: string | undefined
  private count = 0
  private printed = 0
  private readonly o: Context['options']
  private readonly out: (text: string) => void | Promise<void>
  private readonly method: string
  constructor(o: Context['options'], out: (text: string) => void | Promise<void>) {
    this.o = o
    this.out = out
    this.method = o.allRepeatedLong || (o.group === undefined ? 'none' : o.group || 'separate')
  }

  start(line: string): void | Promise<void> {
    const ended = this.end()
    this.first = line
    this.count = 1
    if (this.o.group === undefined) return ended
    return this.startGroup(line, ended)
  }

  private async startGroup(line: string, ended: void | Promise<void>): Promise<void> {
    await ended
    if (this.printed++ > 0 ? this.method !== 'append' : this.method === 'prepend' || this.method === 'both')
      await this.out('')
    await this.out(line)
  }

  add(line: string): void | Promise<void> {
    this.count++
    if (this.o.group !== undefined) return this.out(line)
    if (this.everyOne()) return this.addOne(line)
  }

  private async addOne(line: string): Promise<void> {
    if (this.count === 2) {
      if (this.method === 'prepend' || (this.method === 'separate' && this.printed > 0)) await this.out('')
      await this.out(this.first ?? '')
      this.printed++
    }
    await this.out(line)
  }

  private everyOne(): boolean {
    return this.o.allRepeated > 0 || this.o.allRepeatedLong !== undefined
  }

  end(last = false): void | Promise<void> {
    if (this.first === undefined) return
    if (this.o.group !== undefined)
      return this.method === 'append' || (last && this.method === 'both') ? this.out('') : undefined
    if (this.everyOne()) return
    const repeated = this.count > 1
    if ((this.o.repeated && !repeated) || (this.o.unique && repeated)) return
    return this.out((this.o.count ? `${String(this.count).padStart(7)} ` : '') + this.first)
  }
}

/** Whole lines are compared and groups printed by their first: bytes will do. @returns undefined otherwise */
function lookOf({ options: o }: Context): UniqLook | undefined {
  const others = [o.skipFields, o.skipChars, o.checkChars, o.allRepeatedLong, o.group]
  if (o.ignoreCase || o.allRepeated || others.some((option) => option !== undefined)) return undefined
  return {
    count: o.count > 0,
    separator: o.zero ? 0 : NEWLINE,
    single: o.repeated === 0,
    repeated: o.unique === 0,
  }
}

async function uniqBytes({ sys }: Context, input: number, output: Output, look: UniqLook): Promise<void> {
  const blocks = new LineBlocks(sys, input, look.separator)
  const lines = new EqualLines(look)
  for (;;) {
    const next = blocks.next()
    const block = next instanceof Promise ? await next : next
    const written = output.write(block ? lines.add(block) : lines.end())
    if (written) await written
    if (!block) return output.flush()
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** The first of each group, whatever the group is like. */
async function firstLines({ sys }: Context, input: number, output: Output, separator: number): Promise<void> {
  const blocks = new LineBlocks(sys, input, separator)
  const lines = new DistinctLines(separator)
  const ending = Uint8Array.of(separator)
  for (;;) {
    const next = blocks.next()
    const block = next instanceof Promise ? await next : next
    if (!block) return output.flush()
    const stretches: Uint8Array[] = []
    lines.add(block, (stretch) => void stretches.push(stretch))
    if (stretches.at(-1)?.at(-1) !== separator && block.at(-1) !== separator && stretches.length > 0)
      stretches.push(ending)
    const written = output.write(stretches.length === 1 && stretches[0] ? stretches[0] : concat(stretches))
    if (written) await written
    const pause = sys.tick()
    if (pause) await pause
  }
}

async function uniqOf(context: Context, input: number, output: Output): Promise<void> {
  const look = lookOf(context)
  if (look?.single && look.repeated && !look.count) return firstLines(context, input, output, look.separator)
  if (look) return uniqBytes(context, input, output, look)
  const end = context.options.zero ? '\0' : '\n'
  const key = keyOf(context)
  const reader = new LineReader(context.sys, input, end.charCodeAt(0))
  const groups = new Groups(context.options, (text) => output.write(text + end))
  let last: string | undefined
  for (;;) {
    const got = reader.next()
    const line = got instanceof Promise ? await got : got
    if (line === undefined) break
    const now = key(line)
    const done = last !== undefined && now === last ? groups.add(line) : groups.start(line)
    if (done instanceof Promise) await done
    last = now
  }
  await groups.end(true)
  await output.flush()
}

/** uniq: report or omit repeated lines. GNU coreutils 9 uniq. */
export const uniq = defineProgram({
  name: 'coreutils/uniq',
  paths: ['/usr/bin/uniq'],
  covers: 'full',
  summary: 'report or omit repeated lines',
  sizeBytes: 47984,
  usage: 'uniq [OPTION]... [INPUT [OUTPUT]]',
  options,
  async main(context) {
    const { operands, sys, io } = context
    const [input = '-', outputPath = '-', extra] = operands
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    let path = input
    try {
      const from = input === '-' ? 0 : sys.open(input, O_RDONLY)
      path = outputPath
      const to =
        outputPath === '-' ? io.out : new Output(sys, sys.open(outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o666))
      await uniqOf(context, from, to)
      return 0
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      await context.fail(`${path}: ${error.message}`)
      return 1
    }
  },
})
