import { defineProgram, readTextFile, writeFile } from '@drydock/libc'
import { isErrno, type Process, type Program } from '@drydock/abi'
import { writeAll } from '@drydock/libc'

const NPM_VERSION = '11.6.2'
const YARN_VERSION = '1.22.22'

const say = (process: Process, fd: 1 | 2, text: string): Promise<void> | void =>
  writeAll(process.sys, fd, new TextEncoder().encode(text))

interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

async function readPackage(process: Process): Promise<PackageJson | undefined> {
  try {
    return JSON.parse(await readTextFile(process.sys, 'package.json')) as PackageJson
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Runs a script of package.json by the shell, as npm does, its name and command shown first. */
async function runScript(process: Process, name: string, args: readonly string[]): Promise<number> {
  const found = await readPackage(process)
  if (!found) return failMissing(process)
  const script = found.scripts?.[name] ?? (name === 'start' ? 'node server.js' : undefined)
  if (script === undefined) {
    await say(
      process,
      2,
      `npm error Missing script: "${name}"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n`,
    )
    return 1
  }
  const line = [script, ...args].join(' ')
  await say(process, 1, `\n> ${found.name ?? ''}@${found.version ?? ''} ${name}\n> ${line}\n\n`)
  const env = new Map(process.env).set(
    'PATH',
    `${process.sys.getcwd()}/node_modules/.bin:${process.env.get('PATH') ?? ''}`,
  )
  const pid = await process.sys.spawn('/bin/sh', { argv: ['sh', '-c', line], env })
  const ended = await process.sys.wait(pid)
  return ended?.status.kind === 'exited' ? ended.status.code : 1
}

async function failMissing(process: Process): Promise<number> {
  const path = `${process.sys.getcwd()}/package.json`
  await say(
    process,
    2,
    `npm error code ENOENT\nnpm error syscall open\nnpm error path ${path}\nnpm error errno -2\nnpm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${path}'\n`,
  )
  return 254
}

async function init(process: Process): Promise<number> {
  const name = process.sys.getcwd().split('/').at(-1) || 'app'
  const made = {
    name,
    version: '1.0.0',
    description: '',
    main: 'index.js',
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
    keywords: [],
    author: '',
    license: 'ISC',
  }
  await writeFile(process.sys, 'package.json', `${JSON.stringify(made, null, 2)}\n`)
  await say(process, 1, `Wrote to ${process.sys.getcwd()}/package.json:\n\n${JSON.stringify(made, null, 2)}\n\n`)
  return 0
}

/** Nothing to fetch is done at once; anything else would need the package registry. */
async function install(process: Process, args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => !arg.startsWith('-'))
  const found = await readPackage(process)
  if (wanted.length === 0 && Object.keys(found?.dependencies ?? {}).length === 0) {
    await say(process, 1, '\nup to date, audited 1 package in 0s\n\nfound 0 vulnerabilities\n')
    return 0
  }
  await say(
    process,
    2,
    'npm: packages of the npm registry cannot be fetched here: the playground has no way to the internet\n',
  )
  return 1
}

type Command = (process: Process, args: readonly string[]) => number | Promise<number>
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['run', (process, [name = '', ...args]) => runScript(process, name, args)],
  ['run-script', (process, [name = '', ...args]) => runScript(process, name, args)],
  ['start', (process, args) => runScript(process, 'start', args)],
  ['test', (process, args) => runScript(process, 'test', args)],
  ['init', init],
  ['install', install],
  ['i', install],
  ['ci', install],
])

function packageManager(name: string, path: string, version: string): Program {
  return {
    name: `node/${name}`,
    paths: [path],
    covers: 'partial',
    lacks: ['fetching packages'],
    summary: 'runs the scripts of a package.json',
    async main(process) {
      const [word = '', ...args] = process.argv.slice(1)
      if (word === '-v' || word === '--version') {
        await say(process, 1, `${version}\n`)
        return 0
      }
      const command = COMMANDS.get(word)
      if (command) return command(process, args)
      await say(
        process,
        2,
        `${name}: ${word === '' ? 'a command is needed' : `${word} is not supported here`} (run, start, test, init, install)\n`,
      )
      return 1
    },
  }
}

export const npm = packageManager('npm', '/usr/local/bin/npm', NPM_VERSION)
export const yarn = packageManager('yarn', '/usr/local/bin/yarn', YARN_VERSION)
export const npx: Program = defineProgram({
  name: 'node/npx',
  paths: ['/usr/local/bin/npx'],
  covers: 'partial',
  lacks: ['fetching packages'],
  summary: 'runs a command of node_modules/.bin',
  usage: 'Usage: npx COMMAND [ARG...]',
  options: {},
  async main({ process, operands: [word = '', ...args] }) {
    const path = `${process.sys.getcwd()}/node_modules/.bin/${word}`
    try {
      return await process.sys.exec(path, [word, ...args], process.env)
    } catch (error) {
      if (!isErrno(error)) throw error
      await say(process, 2, `npx: ${word} is not in node_modules, and packages cannot be fetched here\n`)
      return 1
    }
  },
})
