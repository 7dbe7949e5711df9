/** git remote. */
import { type GitCommand, Words } from './command.ts'
import { removeSection, renameSection } from './config-file.ts'
import { Fatal } from './fatal.ts'
import { advertisedAt, fetchFrom, placeOf, urlOf } from './fetch.ts'
import type { Workspace } from './repository.ts'
import { isAncestor } from './walk.ts'

type Verb = (workspace: Workspace, argv: readonly string[]) => Promise<number>

async function required(workspace: Workspace, name: string, colon = false): Promise<void> {
  if (!(await workspace.config.names('remote')).includes(name))
    throw new Fatal(`error: No such remote${colon ? ':' : ''} '${name}'`, 2)
}

async function list(workspace: Workspace, verbose: boolean): Promise<number> {
  for (const name of (await workspace.config.names('remote')).sort()) {
    if (!verbose) await workspace.io.print(`${name}\n`)
    else
      await workspace.io.print(
        `${name}\t${await urlOf(workspace, name)} (fetch)\n${name}\t${await urlOf(workspace, name, true)} (push)\n`,
      )
  }
  return 0
}

const add: Verb = async (workspace, argv) => {
  const words = new Words('remote add', argv, {
    values: ['t', 'm', 'track', 'master'],
    flags: ['f', 'fetch', 'tags', 'no-tags', 'mirror'],
  })
  const [name, url] = words.operands
  if (name === undefined || url === undefined) throw new Fatal('usage: git remote add [<options>] <name> <url>', 129)
  if ((await workspace.config.names('remote')).includes(name))
    throw new Fatal(`error: remote ${name} already exists.`, 3)
  if (/[\s~^:?*[\\]|\.\./.test(name)) throw new Fatal(`fatal: '${name}' is not a valid remote name`)
  await workspace.config.set(`remote.${name}.url`, url)
  await workspace.config.set(`remote.${name}.fetch`, `+refs/heads/*:refs/remotes/${name}/*`)
  if (words.has('f', 'fetch')) {
    await workspace.io.print(`Updating ${name}\n`)
    await workspace.io.out.flush()
    await fetchFrom(workspace, name, [])
  }
  return 0
}

const remove: Verb = async (workspace, [name = '']) => {
  await required(workspace, name, true)
  const { config, refs } = workspace
  await config.edit(config.path('local') ?? '', (text) => removeSection(text, `remote.${name}`) ?? text)
  for (const branch of await config.names('branch'))
    if ((await config.get(`branch.${branch}.remote`)) === name) {
      await config.unset(`branch.${branch}.remote`)
      await config.unset(`branch.${branch}.merge`)
    }
  for (const ref of await refs.list(`refs/remotes/${name}/`)) await refs.remove(ref.name)
  if (workspace.exists(refs.path(`refs/remotes/${name}/HEAD`))) await refs.remove(`refs/remotes/${name}/HEAD`)
  return 0
}

const rename: Verb = async (workspace, argv) => {
  const [from = '', to = ''] = argv.filter((word) => !word.startsWith('-'))
  await required(workspace, from, true)
  if ((await workspace.config.names('remote')).includes(to)) throw new Fatal(`fatal: remote ${to} already exists.`, 3)
  const { config, refs } = workspace
  await config.edit(config.path('local') ?? '', (text) => renameSection(text, `remote.${from}`, `remote.${to}`) ?? text)
  if ((await config.get(`remote.${to}.fetch`)) === `+refs/heads/*:refs/remotes/${from}/*`)
    await config.set(`remote.${to}.fetch`, `+refs/heads/*:refs/remotes/${to}/*`)
  for (const branch of await config.names('branch'))
    if ((await config.get(`branch.${branch}.remote`)) === from) await config.set(`branch.${branch}.remote`, to)
  for (const { name } of await refs.list(`refs/remotes/${from}/`)) {
    const symbolic = await refs.symbolic(name)
    const fresh = name.replace(`refs/remotes/${from}/`, `refs/remotes/${to}/`)
    if (symbolic === undefined) await refs.rename(name, fresh)
    else {
      await refs.remove(name)
      await refs.setSymbolic(fresh, symbolic.replace(`refs/remotes/${from}/`, `refs/remotes/${to}/`))
    }
  }
  return 0
}

const setUrl: Verb = async (workspace, argv) => {
  const words = new Words('remote set-url', argv, { flags: ['push', 'add', 'delete'] })
  const [name = '', url = ''] = words.operands
  await required(workspace, name)
  const key = `remote.${name}.${words.has('push') ? 'pushurl' : 'url'}`
  if (words.has('add')) await workspace.config.add(key, url)
  else if (words.has('delete')) await workspace.config.unset(key)
  else await workspace.config.set(key, url)
  return 0
}

const getUrl: Verb = async (workspace, argv) => {
  const words = new Words('remote get-url', argv, { flags: ['push', 'all'] })
  const [name = ''] = words.operands
  await required(workspace, name)
  await workspace.io.print(`${await urlOf(workspace, name, words.has('push'))}\n`)
  return 0
}

const show: Verb = async (workspace, argv) => {
  const names = argv.filter((word) => !word.startsWith('-'))
  if (names.length === 0) return list(workspace, false)
  for (const name of names) await showOne(workspace, name, argv.includes('-n'))
  return 0
}

async function showOne(workspace: Workspace, name: string, offline: boolean): Promise<void> {
  const url = await placeOf(workspace, name)
  const there = offline ? { refs: [], head: undefined } : await advertisedAt(workspace, url, url)
  const heads = there.refs.filter((ref) => ref.name.startsWith('refs/heads/'))
  const head = there.head && heads.some((ref) => ref.name === there.head) ? there.head.slice(11) : '(unknown)'
  let out = `* remote ${name}\n  Fetch URL: ${url}\n  Push  URL: ${(await urlOf(workspace, name, true)) ?? url}\n  HEAD branch: ${offline ? '(not queried)' : head}\n`
  const width = Math.max(0, ...heads.map((ref) => ref.name.length - 11))
  const known = new Set((await workspace.refs.list(`refs/remotes/${name}/`)).map((ref) => ref.name))
  const rows = heads.map(
    (ref) =>
      `    ${ref.name.slice(11).padEnd(width)} ${known.has(`refs/remotes/${name}/${ref.name.slice(11)}`) ? 'tracked' : 'new (next fetch will store in remotes/' + name + ')'}\n`,
  )
  for (const ref of known)
    if (
      !ref.endsWith('/HEAD') &&
      !offline &&
      !heads.some((each) => `refs/remotes/${name}/${each.name.slice(11)}` === ref)
    )
      rows.push(`    ${ref} stale (use 'git remote prune' to remove)\n`)
  if (rows.length > 0) out += `  Remote branch${rows.length === 1 ? '' : 'es'}:\n${rows.join('')}`
  out += await pullText(workspace, name)
  const pushes: [string, string][] = []
  for (const ref of heads) {
    const own = await workspace.refs.read(ref.name)
    if (!own) continue
    const state =
      own === ref.oid
        ? 'up to date'
        : !(await workspace.objects.has(ref.oid))
          ? 'local out of date'
          : (await isAncestor(workspace.objects, ref.oid, own))
            ? 'fast-forwardable'
            : 'local out of date'
    pushes.push([ref.name.slice(11), state])
  }
  const wide = Math.max(0, ...pushes.map(([each]) => each.length))
  if (pushes.length > 0)
    out += `  Local ref${pushes.length === 1 ? '' : 's'} configured for 'git push':\n${pushes.map(([each, state]) => `    ${each.padEnd(wide)} pushes to ${each.padEnd(wide)} (${state})\n`).join('')}`
  await workspace.io.print(out)
}

async function pullText(workspace: Workspace, name: string): Promise<string> {
  const rows: [string, string][] = []
  for (const branch of (await workspace.config.names('branch')).sort()) {
    const merge = await workspace.config.get(`branch.${branch}.merge`)
    if ((await workspace.config.get(`branch.${branch}.remote`)) === name && merge !== undefined)
      rows.push([branch, merge.replace('refs/heads/', '')])
  }
  const width = Math.max(0, ...rows.map(([branch]) => branch.length))
  if (rows.length === 0) return ''
  return `  Local branch${rows.length === 1 ? '' : 'es'} configured for 'git pull':\n${rows.map(([branch, merge]) => `    ${branch.padEnd(width)} merges with remote ${merge}\n`).join('')}`
}

const prune: Verb = async (workspace, argv) => {
  for (const name of argv.filter((word) => !word.startsWith('-'))) {
    await required(workspace, name)
    const { refs } = await advertisedAt(workspace, await placeOf(workspace, name))
    const stale = (await workspace.refs.list(`refs/remotes/${name}/`)).filter(
      (ref) =>
        !ref.name.endsWith('/HEAD') &&
        !refs.some((each) => `refs/remotes/${name}/${each.name.replace('refs/heads/', '')}` === ref.name),
    )
    if (stale.length > 0) await workspace.io.print(`Pruning ${name}\nURL: ${await urlOf(workspace, name)}\n`)
    for (const ref of stale) {
      const dry = argv.includes('-n') || argv.includes('--dry-run')
      if (!dry) await workspace.refs.remove(ref.name)
      await workspace.io.print(` * [${dry ? 'would prune' : 'pruned'}] ${ref.name.replace('refs/remotes/', '')}\n`)
    }
  }
  return 0
}

const update: Verb = async (workspace, argv) => {
  const given = argv.filter((word) => !word.startsWith('-'))
  const names = given.length > 0 ? given : await workspace.config.names('remote')
  for (const name of names) {
    if (names.length > 1) await workspace.io.print(`Fetching ${name}\n`)
    await workspace.io.out.flush()
    await fetchFrom(workspace, name, [], { prune: argv.includes('-p') || argv.includes('--prune') })
  }
  return 0
}

const setHead: Verb = async (workspace, argv) => {
  const [name = '', branch] = argv.filter((word) => !word.startsWith('-'))
  const ref = `refs/remotes/${name}/HEAD`
  if (argv.includes('-d') || argv.includes('--delete')) {
    await workspace.refs.remove(ref)
    return 0
  }
  const there = branch ?? (await advertisedAt(workspace, await placeOf(workspace, name))).head?.slice(11)
  if (there === undefined) throw new Fatal('error: Cannot determine remote HEAD', 1)
  await workspace.refs.setSymbolic(ref, `refs/remotes/${name}/${there}`)
  if (branch === undefined) await workspace.io.print(`${name}/HEAD set to ${there}\n`)
  return 0
}

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['add', add],
  ['remove', remove],
  ['rm', remove],
  ['rename', rename],
  ['set-url', setUrl],
  ['get-url', getUrl],
  ['show', show],
  ['prune', prune],
  ['update', update],
  ['set-head', setHead],
])

export const remote: GitCommand = async (workspace, argv) => {
  const verbose = argv[0] === '-v' || argv[0] === '--verbose'
  const [verb, ...rest] = verbose ? argv.slice(1) : argv
  if (!workspace.inRepository) throw new Fatal((await import('./repository.ts')).NOT_A_REPOSITORY)
  if (verb === undefined) return list(workspace, verbose)
  const run = VERBS.get(verb)
  if (!run)
    throw new Fatal(
      `error: unknown subcommand: \`${verb}'\nusage: git remote [-v | --verbose]\n   or: git remote add [-t <branch>] [-m <master>] [-f] [--tags | --no-tags] [--mirror=<fetch|push>] <name> <url>`,
      129,
    )
  return run(workspace, rest)
}
