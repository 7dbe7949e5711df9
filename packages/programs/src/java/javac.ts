import { isErrno, type Process, type Program } from '@drydock/abi'
import { makeDirectories, readTextFile, Stdio, writeFile } from '@drydock/libc'
import { complaintsOf, javacText } from './check.ts'
import { classPathsOf, type Source, writeClass } from './class-file.ts'
import { parseFile } from './parse.ts'
import type { SourceFile } from './syntax.ts'
import { JavaError } from './tokens.ts'
import { versionText } from './version.ts'

/** What a compilation gives: class files by their paths, or mistakes. */
export interface Compilation {
  readonly files: readonly SourceFile[]
  readonly classes: readonly { readonly path: string; readonly bytes: Uint8Array }[]
  readonly complaints: readonly JavaError[]
}

/** Compiles sources that belong together. @param release of Java, which class files tell */
export function compileSources(sources: readonly Source[], release: number, process: Process): Compilation {
  const files: SourceFile[] = []
  const complaints: JavaError[] = []
  for (const { file, text } of sources) {
    try {
      files.push(parseFile(file, text))
    } catch (error) {
      if (!(error instanceof JavaError)) throw error
      complaints.push(error)
    }
  }
  if (complaints.length === 0) complaints.push(...complaintsOf(files, process))
  const classes = files.flatMap((file, i) => {
    const bytes = writeClass(sources[i] ?? { file: '', text: '' }, release)
    return classPathsOf(file).map((path) => ({ path, bytes }))
  })
  return { files, classes, complaints }
}

const VALUED: ReadonlySet<string> = new Set(
  '-d -cp -classpath --class-path -source --source -target --target --release -encoding -s -h -p --module-path -processorpath'.split(
    ' ',
  ),
)

/** The compiler: looks for mistakes that can be seen without types, and keeps the source as the program. */
export const javac: Program = {
  name: 'java/javac',
  paths: ['/opt/java/openjdk/bin/javac'],
  covers: 'partial',
  lacks: [
    'bytecode: a class file carries its source',
    'types are not checked: only syntax, and unknown imports, classes and names',
  ],
  summary: 'compile Java sources',
  sizeBytes: 16_000,
  rssBytes: 40 << 20,
  async main(process) {
    const io = new Stdio(process.sys)
    const options = new Map<string, string>()
    const names: string[] = []
    const args = process.argv.slice(1)
    for (let each = args.shift(); each !== undefined; each = args.shift()) {
      if (VALUED.has(each)) options.set(each, args.shift() ?? '')
      else if (!each.startsWith('-')) names.push(each)
      else options.set(each, '')
    }
    const { number, release } = versionText(process.env)
    if (options.has('-version') || options.has('--version')) {
      await io.print(`javac ${number}\n`)
      await io.out.flush()
      return 0
    }
    if (names.length === 0) {
      await io.print('Usage: javac <options> <source files>\nuse --help for a list of possible options\n')
      await io.out.flush()
      return options.has('--help') || options.has('-help') ? 0 : 2
    }
    return compileNamed(process, io, names, options.get('-d'), Number(options.get('--release') ?? release))
  },
}

async function compileNamed(
  process: Process,
  io: Stdio,
  names: readonly string[],
  to: string | undefined,
  release: number,
): Promise<number> {
  const sources: Source[] = []
  for (const file of names) {
    try {
      sources.push({ file, text: await readTextFile(process.sys, file) })
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(
        `error: file not found: ${file}\nUsage: javac <options> <source files>\nuse --help for a list of possible options\n`,
      )
      return 2
    }
  }
  const { files, classes, complaints } = compileSources(sources, release, process)
  if (complaints.length > 0) {
    await io.warn(javacText(complaints, new Map(sources.map(({ file, text }) => [file, text]))))
    return 1
  }
  for (const { path, bytes } of classes) await writeFile(process.sys, placed(process, path, to, names, files), bytes)
  return 0
}

/** Without -d a class goes beside its source. */
function placed(
  { sys }: Process,
  path: string,
  to: string | undefined,
  names: readonly string[],
  files: readonly SourceFile[],
): string {
  if (to === undefined) {
    const at = files.findIndex((file) => classPathsOf(file).includes(path))
    return `${/^.*\//.exec(names[at] ?? '')?.[0] ?? ''}${path.slice(path.lastIndexOf('/') + 1)}`
  }
  const whole = `${to}/${path}`
  makeDirectories(sys, whole.slice(0, whole.lastIndexOf('/')))
  return whole
}
