/** more: a filter that shows text by screenfuls. util-linux 2.38. more(1) */
import { isDirectory, isErrno, O_RDONLY } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readAll, readFile, value } from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'
import { decodeText } from '../../text/encoding.ts'
import { withArgv } from '../../package-version.ts'
import { FullScreen } from '../screen/full-screen.ts'
import { MoreSession, type ShownFile } from './session.ts'

const options = {
  silent: flag('d', 'silent'),
  logical: flag('f', 'logical'),
  noPause: flag('l', 'no-pause'),
  clean: flag('c', 'clean-print'),
  print: flag('p', 'print-over'),
  squeeze: flag('s', 'squeeze'),
  plain: flag('u', 'plain'),
  exit: flag('e', 'exit-on-eof'),
  lines: value('n', 'lines'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

/** `-5` is `-n 5`. */
const spellOut = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => (/^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]))

/** A file's text, or what is to be said in its place. */
async function load(
  { sys }: Context,
  path: string,
): Promise<ShownFile | { readonly problem: string; readonly bad: boolean }> {
  try {
    if (path !== '-' && isDirectory(sys.stat(path).mode))
      return { problem: `\n*** ${path}: directory ***\n\n`, bad: false }
    const bytes = path === '-' ? await readAll(sys, 0) : await readFile(sys, path)
    return { name: path === '-' ? '' : path, text: decodeText(bytes), sized: path !== '-' }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { problem: `more: cannot open ${path}: ${error.message}\n`, bad: true }
  }
}

const header = (name: string): string => `::::::::::::::\n${name}\n::::::::::::::\n`

async function passThrough({ io }: Context, files: readonly ShownFile[]): Promise<void> {
  for (const { name, text } of files) await io.print((files.length > 1 ? header(name) : '') + text)
}

async function show(context: Context, files: readonly ShownFile[], start: string | undefined): Promise<void> {
  const { sys, env, options: o } = context
  const input = isTerminal(sys, 0) ? 0 : sys.open('/dev/tty', O_RDONLY)
  const screen = new FullScreen(sys, { input, alternate: false })
  await screen.open()
  try {
    const session = new MoreSession(sys, env, screen, files, {
      lines: o.lines === undefined ? undefined : Number(o.lines),
      hints: o.silent > 0,
      clears: o.print + o.clean > 0,
      squeezes: o.squeeze > 0,
      leavesAtEnd: o.exit > 0,
    })
    await session.run(start)
  } finally {
    await screen.close()
  }
}

export const more = withArgv(
  defineProgram({
    name: 'editors/more',
    paths: ['/usr/bin/more', '/bin/more'],
    covers: 'partial',
    lacks: ['-f, -l, -u', 'reading of a pipe before all of it has come'],
    summary: 'display the contents of a file in a terminal',
    usage: 'more [options] <file>...',
    sizeBytes: 59704,
    options,
    async main(context) {
      const { sys, io, operands, options: o, name } = context
      if (o.version) {
        await io.print(`${name} from util-linux 2.38.1\n`)
        return 0
      }
      const start = operands.find((word) => word.startsWith('+'))
      const paths = operands.filter((word) => word !== start)
      if (paths.length === 0 && isTerminal(sys, 0)) {
        await io.warn(`${name}: bad usage\nTry '${name} --help' for more information.\n`)
        return 1
      }
      const files: ShownFile[] = []
      for (const path of paths.length > 0 ? paths : ['-']) {
        const loaded = await load(context, path)
        if ('text' in loaded) files.push(loaded)
        else if (loaded.bad) await io.warn(loaded.problem)
        else await io.print(loaded.problem)
      }
      await io.out.flush()
      if (files.length === 0) return 0
      if (isTerminal(sys, 1)) await show(context, files, start?.slice(1))
      else await passThrough(context, files)
      return 0
    },
  }),
  spellOut,
)
