import type { Process, Program } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'

/** The same programs, answering `--version` with one line in the form of their package: `ls (GNU coreutils) 9.1`. */
export const fromPackage = (title: string, version: string, programs: readonly Program[]): readonly Program[] =>
  programs.map((program) => ({
    ...program,
    main: (process) =>
      process.argv[1] === '--version' && process.argv.length === 2
        ? printVersion(process, title, version)
        : program.main(process),
  }))

async function printVersion(process: Process, title: string, version: string): Promise<number> {
  const io = new Stdio(process.sys)
  await io.print(`${programName(process)} (${title}) ${version}\n`)
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
