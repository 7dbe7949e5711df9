import type { Process, Program } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'

/** The same programs, answering `--version` with one line in the form of their package: `ls (GNU coreutils) 9.1`. */
export const fromPackage = (title: string, version: string, programs: readonly Program[]): readonly Program[] =>
  programs.map((program) => ({
    ...program,
    main: (process) =>
      isAlone(process, '--version')
        ? printVersion(process, `${programName(process)} (${title}) ${version}`)
        : program.main(process),
  }))

/** util-linux and procps: `lsblk from util-linux 2.38.1`, also for -V, and -h asks for help. */
export const fromSuite = (title: string, version: string, programs: readonly Program[]): readonly Program[] =>
  programs.map((program) => ({
    ...program,
    main: (process) => {
      const name = programName(process)
      if (isAlone(process, '--version') || (isAlone(process, '-V') && !OTHER_V.has(name)))
        return printVersion(process, `${name} from ${title} ${version}`)
      if (!isAlone(process, '-h') || OTHER_H.has(name)) return program.main(process)
      return program.main({ ...process, argv: [process.argv[0] ?? name, '--help'] })
    },
  }))

/** To these the letters mean something else. */
const OTHER_H: ReadonlySet<string> = new Set(['free', 'w', 'ps', 'kill'])
const OTHER_V: ReadonlySet<string> = new Set(['kill', 'hexdump', 'hd'])

const isAlone = ({ argv }: Process, word: string): boolean => argv.length === 2 && argv[1] === word

async function printVersion({ sys }: Process, line: string): Promise<number> {
  const io = new Stdio(sys)
  await io.print(`${line}\n`)
  await io.out.flush()
  return 0
}

/** A program whose words are changed before they are parsed: old forms such as `head -5` and `tail +3`. */
export const withArgv = (program: Program, rewrite: (words: readonly string[]) => readonly string[]): Program => ({
  ...program,
  main: (process) =>
    program.main({
      ...process,
      argv: [process.argv[0] ?? program.name, ...rewrite(process.argv.slice(1))],
    }),
})
