import type { Process, Program, Sys } from '@drydock/abi'
import { runCommand } from '../exec/run-command.ts'

/** @returns the exit status; 127 where there is no shell */
async function shell(sys: Sys, words: readonly string[], env: ReadonlyMap<string, string>): Promise<number> {
  const outcome = await runCommand(sys, ['sh', '-c', ...words], env)
  return outcome.kind === 'ended' ? outcome.status : 127
}

/** Options of grep that take the next word. */
const WITH_ARGUMENT: ReadonlySet<string> = new Set(['-A', '-B', '-C', '-m', '-e', '-f', '-d', '-D'])
const NAMES_PATTERN = /^-(?:[a-zA-Z]*[ef]|-regexp|-file)/

interface Search {
  readonly options: readonly string[]
  readonly files: readonly string[]
}

/** The words of a grep command line: what is grep's own, and the files that are unpacked first. */
function parse(words: readonly string[]): Search | undefined {
  const options: string[] = []
  let at = 0
  let hasPattern = false
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    options.push(word)
    hasPattern ||= NAMES_PATTERN.test(word)
    if (WITH_ARGUMENT.has(word)) options.push(words[++at] ?? '')
  }
  if (hasPattern) return { options, files: words.slice(at) }
  const pattern = words[at]
  return pattern === undefined ? undefined : { options: [...options, '-e', pattern], files: words.slice(at + 1) }
}

/** 0 where something was found, 1 where nothing was, 2 after trouble. */
const worse = (before: number, status: number): number =>
  before > 1 || status > 1 ? Math.max(before, status) : Math.min(before, status)

async function search(process: Process, unpack: string, flavour: readonly string[]): Promise<number> {
  const { sys, argv, env } = process
  const found = parse(argv.slice(1))
  const name = (argv[0] ?? '').replace(/^.*\//, '')
  if (found === undefined) {
    await sys.write(2, new TextEncoder().encode(`Usage: ${name} [OPTION]... [-e] PATTERN [FILE]...\n`))
    return 2
  }
  let status = 1
  for (const file of found.files.length > 0 ? found.files : ['-']) {
    const label = found.files.length > 1 ? ['-H', `--label=${file}`] : []
    const script = `${unpack} -- "$1" | { shift; grep "$@"; }`
    const words = [script, name, file, ...flavour, ...label, ...found.options]
    status = worse(status, await shell(sys, words, env))
  }
  return status
}

const row = (folder: string, name: string, summary: string, main: Program['main']): Program => ({
  name: `${folder}/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'partial',
  lacks: ['--help and --version'],
  summary,
  sizeBytes: 8103,
  main,
})

/** Shows what is packed a page at a time. */
const page =
  (unpack: string, pager: string) =>
  ({ sys, argv, env }: Process): Promise<number> =>
    shell(sys, [`${unpack} -- "$@" | ${pager}`, 'sh', ...argv.slice(1)], env)

/** Compares two files, unpacked. */
const compare =
  (unpack: string, tool: string) =>
  ({ sys, argv, env }: Process): Promise<number> => {
    const words = argv.slice(1)
    const [first = '', second = first.replace(/\.(?:gz|xz|bz2)$/, '')] = words.filter((word) => !word.startsWith('-'))
    const options = words.filter((word) => word.startsWith('-'))
    // What was unpacked of the second file comes by a descriptor, as in the scripts of gzip.
    const script = `f=$1 g=$2; shift 2; ${unpack} -- "$g" > "$T" && ${unpack} -- "$f" | ${tool} "$@" - "$T"; s=$?; rm -f "$T"; exit $s`
    return shell(sys, [`T=$(mktemp); ${script}`, 'sh', first, second, ...options], env)
  }

const PACKERS = [
  ['gzip', 'z', 'gzip -cdfq'],
  ['xz-utils', 'xz', 'xz -cdfq'],
  ['bzip2', 'bz', 'bzip2 -cdfq'],
] as const

/** zgrep, zless, zcmp and their kin of xz and bzip2, which are scripts around the packers. gzip 1.12, XZ Utils 5.4 */
export const packedTools: readonly Program[] = PACKERS.flatMap(([folder, letter, unpack]) => [
  row(folder, `${letter}grep`, 'search compressed files', (process) => search(process, unpack, [])),
  row(folder, `${letter}egrep`, 'search compressed files', (process) => search(process, unpack, ['-E'])),
  row(folder, `${letter}fgrep`, 'search compressed files', (process) => search(process, unpack, ['-F'])),
  row(folder, `${letter}less`, 'view compressed files', page(unpack, 'less')),
  row(folder, `${letter}more`, 'view compressed files', page(unpack, 'more')),
  row(folder, `${letter}cmp`, 'compare compressed files', compare(unpack, 'cmp')),
  row(folder, `${letter}diff`, 'compare compressed files', compare(unpack, 'diff')),
])
