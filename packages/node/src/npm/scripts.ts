import { exitStatus, type Process } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { lstatOr, readJson } from './files.ts'
import type { PackageJson } from './lockfile.ts'

export const say = (process: Process, fd: 1 | 2, text: string): Promise<void> | void =>
  writeAll(process.sys, fd, new TextEncoder().encode(text))

/** Runs a script of package.json by the shell, with those that go before and after it; name and command are shown first. */
export async function runScript(
  process: Process,
  name: string,
  args: readonly string[],
  quiet: boolean,
): Promise<number> {
  const found = await readJson<PackageJson>(process.sys, 'package.json')
  if (!found) return missingPackageJson(process)
  if (name === '') return listScripts(process, found)
  const usual = name === 'start' && lstatOr(process.sys, 'server.js') ? 'node server.js' : undefined
  const script = found.scripts?.[name] ?? usual
  if (script === undefined) {
    await say(
      process,
      2,
      `npm error Missing script: "${name}"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n`,
    )
    return 1
  }
  const parts = [`pre${name}`, name, `post${name}`].flatMap((each) => {
    const text = each === name ? [script, ...args.map(quoted)].join(' ') : found.scripts?.[each]
    return text === undefined ? [] : [[each, text] as const]
  })
  for (const [each, text] of parts) {
    if (!quiet) await say(process, 1, `\n> ${found.name ?? ''}@${found.version ?? ''} ${each}\n> ${text}\n\n`)
    const status = await shell(process, found, each, text)
    if (status !== 0) return status
  }
  return 0
}

const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

async function shell(process: Process, found: PackageJson, event: string, text: string): Promise<number> {
  const { sys } = process
  const env = new Map(process.env)
    .set('PATH', `${sys.getcwd()}/node_modules/.bin:${process.env.get('PATH') ?? ''}`)
    .set('npm_lifecycle_event', event)
    .set('npm_package_name', found.name ?? '')
    .set('npm_package_version', found.version ?? '')
  const pid = await sys.spawn('/bin/sh', { argv: ['sh', '-c', text], env })
  const ended = await sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}

async function listScripts(process: Process, { name = '', version = '', scripts = {} }: PackageJson): Promise<number> {
  const rows = Object.entries(scripts).map(([each, text]) => `  ${each}\n    ${text}\n`)
  if (rows.length > 0)
    await say(process, 1, `Scripts available in ${name}@${version} via \`npm run\`:\n${rows.join('')}`)
  return 0
}

export async function missingPackageJson(process: Process): Promise<number> {
  const path = `${process.sys.getcwd()}/package.json`
  await say(
    process,
    2,
    `npm error code ENOENT\nnpm error syscall open\nnpm error path ${path}\nnpm error errno -2\nnpm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${path}'\nnpm error enoent This is related to npm not being able to find a file.\nnpm error enoent\n`,
  )
  return 254
}
