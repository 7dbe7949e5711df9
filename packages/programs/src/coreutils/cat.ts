import { isErrno, isRegular } from '@drydock/abi'
import { defineProgram, flag, type Stdio } from '@drydock/libc'
import { decodeLatin1, encodeLatin1 } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'

interface Look {
  numbers: 'none' | 'all' | 'nonblank'
  squeeze: boolean
  ends: boolean
  tabs: boolean
  control: boolean
}

/** A byte as cat -v shows it. */
function visible(code: number): string {
  if (code >= 128) return `M-${visible(code - 128)}`
  if (code === 127) return '^?'
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : String.fromCharCode(code)
}

/** Changes text by line; its state goes on from file to file as GNU cat's does. */
class Decorator {
  private line = 0
  private blank = false
  private atStart = true
  private readonly look: Look
  constructor(look: Look) {
    this.look = look
  }

  decorate(text: string): string {
    let out = ''
    for (const piece of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) out += this.piece(piece)
    return out
  }

  private piece(piece: string): string {
    const whole = piece.endsWith('\n')
    const empty = this.atStart && piece === '\n'
    if (empty && this.blank && this.look.squeeze) return ''
    if (this.atStart) this.blank = empty
    const numbered = this.atStart && (this.look.numbers === 'all' || (this.look.numbers === 'nonblank' && !empty))
    const head = numbered ? `${String(++this.line).padStart(6)}\t` : ''
    this.atStart = whole
    return head + this.body(whole ? piece.slice(0, -1) : piece) + (whole ? (this.look.ends ? '$\n' : '\n') : '')
  }

  private body(text: string): string {
    const { control, tabs } = this.look
    if (!control && !tabs) return text
    return text.replace(/[\0-\x1f\x7f-\xff]/g, (char) => {
      if (char === '\t') return tabs ? '^I' : char
      return control ? visible(char.charCodeAt(0)) : char
    })
  }
}

/** cat: concatenate files. POSIX.1-2024 cat; GNU coreutils 9 options. */
export const cat = defineProgram({
  name: 'coreutils/cat',
  paths: ['/bin/cat'],
  covers: 'full',
  summary: 'concatenate files and print on the standard output',
  sizeBytes: 43936,
  usage: 'cat [OPTION]... [FILE]...',
  options: {
    all: flag('A', 'show-all'),
    nonblank: flag('b', 'number-nonblank'),
    e: flag('e'),
    ends: flag('E', 'show-ends'),
    number: flag('n', 'number'),
    squeeze: flag('s', 'squeeze-blank'),
    t: flag('t'),
    tabs: flag('T', 'show-tabs'),
    unbuffered: flag('u'),
    control: flag('v', 'show-nonprinting'),
  },
  async main(context) {
    const { options: o, sys, io, operands } = context
    const look: Look = {
      numbers: o.nonblank ? 'nonblank' : o.number ? 'all' : 'none',
      squeeze: o.squeeze > 0,
      ends: o.all + o.e + o.ends > 0,
      tabs: o.all + o.t + o.tabs > 0,
      control: o.all + o.e + o.t + o.control > 0,
    }
    const plain = look.numbers === 'none' && !look.squeeze && !look.ends && !look.tabs && !look.control
    const decorator = new Decorator(look)
    const fail = async (message: string): Promise<void> => {
      await put(io)
      await context.fail(message)
    }
    try {
      const good = await eachInput({ sys, fail }, operands, async (fd, _, mode) => {
        // What comes from a file is there at once, and small files go out together: nobody sees them later for it.
        const waits = mode === undefined || !isRegular(mode)
        if (waits) await put(io)
        for (;;) {
          const got = sys.read(fd, 65536)
          const bytes = got instanceof Promise ? await got : got
          if (bytes.length === 0) return
          const shown = plain ? bytes : encodeLatin1(decorator.decorate(decodeLatin1(bytes)))
          if (waits || io.out.isFull(shown.length)) await put(io, shown)
          else void io.out.write(shown)
        }
      })
      await put(io)
      return good ? 0 : 1
    } catch (error) {
      if (!(error instanceof WriteFailure)) throw error
      await context.fail(`write error: ${error.message}`)
      return 1
    }
  },
})

/** It ends the program, whatever is left to be read. */
class WriteFailure extends Error {}

async function put(io: Stdio, bytes: Uint8Array = NOTHING): Promise<void> {
  try {
    await io.out.write(bytes)
    await io.out.flush()
  } catch (error) {
    if (!isErrno(error) || error.code === 'EPIPE') throw error
    throw new WriteFailure(error.message)
  }
}
const NOTHING: Uint8Array = new Uint8Array(0)
