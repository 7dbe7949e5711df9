/** git bisect: which commit brought the fault. git-bisect(1). */
import { writeFile } from '@drydock/libc'
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import type { Commit } from './objects.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { runShell } from './terminal.ts'
import { treeOf } from './trees.ts'
import { switchTree } from './unpack.ts'
import { reachable, walk } from './walk.ts'

const PREFIX = 'refs/bisect/'

async function terms(workspace: Workspace): Promise<{ bad: string; good: string }> {
  const [bad = 'bad', good = 'good'] = ((await workspace.state('BISECT_TERMS')) ?? 'bad\ngood').trim().split('\n')
  return { bad, good }
}

async function note(workspace: Workspace, text: string): Promise<void> {
  await writeFile(workspace.sys, `${workspace.gitdir}/BISECT_LOG`, ((await workspace.state('BISECT_LOG')) ?? '') + text)
}

interface Marks {
  readonly bad: string | undefined
  readonly good: readonly string[]
  readonly skipped: readonly string[]
}
async function marks(workspace: Workspace): Promise<Marks> {
  const refs = await workspace.refs.list(PREFIX)
  const { bad, good } = await terms(workspace)
  const named = (start: string): string[] =>
    refs.filter(({ name }) => name.slice(PREFIX.length).startsWith(start)).map(({ oid }) => oid)
  return { bad: named(bad)[0], good: named(`${good}-`), skipped: named('skip-') }
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''").replaceAll('!', "'\\!'")}'`

async function begin(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const words = new Words('bisect start', argv, {
    values: ['term-new', 'term-bad', 'term-old', 'term-good'],
    flags: ['no-checkout', 'first-parent'],
  })
  const current =
    (await workspace.state('BISECT_START'))?.trim() ??
    (await workspace.currentBranch()) ??
    (await workspace.head()) ??
    ''
  if (workspace.hasState('BISECT_START')) await clear(workspace)
  const oids: string[] = []
  for (const name of words.operands) {
    const oid = await workspace.resolve(name)
    if (!oid) throw new Fatal(`fatal: '${name}' does not appear to be a valid revision`)
    oids.push(oid)
  }
  await writeFile(workspace.sys, `${workspace.gitdir}/BISECT_START`, `${current}\n`)
  const [bad, good] = [words.get('term-new', 'term-bad') ?? 'bad', words.get('term-old', 'term-good') ?? 'good']
  if (words.has('term-new', 'term-bad', 'term-old', 'term-good') || oids.length > 0)
    await writeFile(workspace.sys, `${workspace.gitdir}/BISECT_TERMS`, `${bad}\n${good}\n`)
  for (const [at, oid] of oids.entries()) {
    await put(workspace, at === 0 ? bad : `${good}-${oid}`, oid)
    await note(
      workspace,
      `# ${at === 0 ? bad : good}: [${oid}] ${subjectOf((await workspace.objects.commit(oid)).message)}\n`,
    )
  }
  await note(workspace, `git bisect start${words.operands.map((word) => ` ${quote(word)}`).join('')}\n`)
  return next(workspace)
}

const put = (workspace: Workspace, name: string, oid: string): Promise<void> => workspace.refs.put(PREFIX + name, oid)

async function clear(workspace: Workspace): Promise<void> {
  for (const { name } of await workspace.refs.list(PREFIX)) await workspace.refs.remove(name)
  workspace.dropState(
    'BISECT_LOG',
    'BISECT_START',
    'BISECT_TERMS',
    'BISECT_NAMES',
    'BISECT_EXPECTED_REV',
    'BISECT_ANCESTORS_OK',
  )
}

async function mark(workspace: Workspace, verb: string, argv: readonly string[]): Promise<number> {
  if (!workspace.hasState('BISECT_START')) {
    await workspace.io.out.flush()
    await workspace.io.warn('You need to start by "git bisect start"\n\n')
    return 1
  }
  const { bad, good } = await terms(workspace)
  const kind =
    verb === bad ||
    (verb === 'bad' && bad === 'bad') ||
    (verb === 'new' && (bad === 'new' || !workspace.hasState('BISECT_TERMS')))
      ? bad
      : verb === 'skip'
        ? 'skip'
        : good
  for (const name of argv.length > 0 ? argv : ['HEAD']) {
    const oid = await workspace.resolve(name)
    if (!oid) throw new Fatal(`error: Bad rev input: ${name}`, 1)
    await put(workspace, kind === bad ? bad : `${kind}-${oid}`, oid)
    await note(
      workspace,
      `# ${kind}: [${oid}] ${subjectOf((await workspace.objects.commit(oid)).message)}\ngit bisect ${kind} ${oid}\n`,
    )
  }
  return next(workspace)
}

/** How many of the commits in question each reaches, itself among them. */
async function weights(workspace: Workspace, commits: readonly Commit[]): Promise<Map<string, number>> {
  const own = new Set(commits.map(({ oid }) => oid))
  const found = new Map<string, number>()
  for (const { oid } of commits)
    found.set(oid, [...(await reachable(workspace.objects, [oid]))].filter((each) => own.has(each)).length)
  return found
}

async function next(workspace: Workspace): Promise<number> {
  const { bad, good, skipped } = await marks(workspace)
  const names = await terms(workspace)
  const wait = async (text: string): Promise<number> => {
    await note(workspace, `# status: ${text}\n`)
    await workspace.io.print(`status: ${text}\n`)
    return 0
  }
  if (bad === undefined && good.length === 0) return wait(`waiting for both ${names.good} and ${names.bad} commits`)
  if (bad === undefined)
    return wait(
      `waiting for ${names.bad} commit, ${good.length} ${names.good} commit${good.length === 1 ? '' : 's'} known`,
    )
  if (good.length === 0) return wait(`waiting for ${names.good} commit(s), ${names.bad} commit known`)
  const commits = await walk(workspace.objects, { starts: [bad], without: good })
  const weight = await weights(workspace, commits)
  const all = commits.length
  const open = commits.filter(({ oid }) => oid !== bad && !skipped.includes(oid))
  if (open.length === 0)
    return finish(
      workspace,
      bad,
      commits.filter(({ oid }) => skipped.includes(oid)),
      names.bad,
    )
  const closeness = (oid: string): number => Math.min(weight.get(oid) ?? 0, all - (weight.get(oid) ?? 0))
  // git counts from the oldest and stops at the first that parts the rest in halves; its own roots are not asked.
  const own = new Set(commits.map(({ oid }) => oid))
  const oldest = [...open].reverse()
  const halves = ({ oid, parents }: Commit): boolean =>
    parents.some((each) => own.has(each)) && Math.abs(2 * (weight.get(oid) ?? 0) - all) <= 1
  const best = oldest.find(halves) ?? oldest.reduce((a, b) => (closeness(b.oid) > closeness(a.oid) ? b : a))
  const reaches = weight.get(best.oid) ?? 0
  const left = all - reaches - 1
  const steps = estimate(all)
  await workspace.io.print(
    `Bisecting: ${left} revision${left === 1 ? '' : 's'} left to test after this (roughly ${steps} step${steps === 1 ? '' : 's'})\n`,
  )
  await go(workspace, best.oid)
  await workspace.io.print(`[${best.oid}] ${subjectOf(best.message)}\n`)
  return 0
}

/** bisect.c, estimate_bisect_steps. */
function estimate(all: number): number {
  if (all < 3) return 0
  const n = Math.floor(Math.log2(all))
  const e = 2 ** n
  return e < 3 * (all - e) ? n : n - 1
}

async function go(workspace: Workspace, oid: string): Promise<void> {
  const before = (await workspace.currentBranch()) ?? (await workspace.head()) ?? ''
  await switchTree(workspace, await treeOf(workspace, await workspace.head()), await treeOf(workspace, oid), 'checkout')
  await workspace.refs.setHead(oid, oid, {
    who: await workspace.identity('COMMITTER', true),
    message: `checkout: moving from ${before} to ${oid}`,
  })
}

async function finish(workspace: Workspace, bad: string, skipped: readonly Commit[], term: string): Promise<number> {
  if (skipped.length > 0) {
    await workspace.io.print(
      `There are only 'skip'ped commits left to test.\nThe first ${term} commit could be any of:\n${skipped.map(({ oid }) => `${oid}\n`).join('')}${bad}\nWe cannot bisect more!\n`,
    )
    return 2
  }
  await note(
    workspace,
    `# first ${term} commit: [${bad}] ${subjectOf((await workspace.objects.commit(bad)).message)}\n`,
  )
  await workspace.io.print(`${bad} is the first ${term} commit\n`)
  const { show } = await import('./log.ts')
  await show(workspace, ['--stat', '--summary', '--no-abbrev-commit', bad])
  return 10
}

async function reset(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const start = (await workspace.state('BISECT_START'))?.trim()
  if (start === undefined) {
    await workspace.io.print('We are not bisecting.\n')
    return 0
  }
  const { checkout } = await import('./checkout.ts')
  const status = await checkout(workspace, [argv[0] ?? start])
  await clear(workspace)
  return status
}

async function run(workspace: Workspace, argv: readonly string[]): Promise<number> {
  if (argv.length === 0) throw new Fatal('error: bisect run failed: no command provided.', 1)
  const { bad, good } = await terms(workspace)
  const line = argv.map((word) => (word.includes("'") || word.includes('!') ? quote(word) : `'${word}'`)).join(' ')
  for (;;) {
    await workspace.io.print(`running  ${line}\n`)
    const status = await runShell(workspace, argv.map(shellWordFor).join(' '), [])
    if (status < 0 || status >= 128)
      throw new Fatal(`error: bisect run failed: exit code ${status} from ${line} is < 0 or >= 128`, 1)
    const outcome = await mark(workspace, status === 125 ? 'skip' : status === 0 ? good : bad, [])
    if (outcome === 10) {
      await workspace.io.print('bisect found first bad commit')
      return 0
    }
    if (outcome === 2) {
      await workspace.io.out.flush()
      await workspace.io.warn('error: bisect run cannot continue any more\n')
      return 2
    }
    if (outcome !== 0) return outcome
  }
}
const shellWordFor = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

const USAGE = 'usage: git bisect [help|start|bad|good|new|old|terms|skip|next|reset|visualize|view|replay|log|run]'

export const bisect: GitCommand = async (workspace, argv) => {
  const [verb, ...rest] = argv
  const known = await terms(workspace)
  if (verb === undefined) throw new Fatal(USAGE, 1)
  if (verb === 'start') return begin(workspace, rest)
  if (['bad', 'good', 'new', 'old', 'skip', known.bad, known.good].includes(verb)) {
    const status = await mark(workspace, verb === 'old' ? known.good : verb === 'new' ? known.bad : verb, rest)
    return status === 10 ? 0 : status
  }
  if (verb === 'reset') return reset(workspace, rest)
  if (verb === 'run') return run(workspace, rest)
  if (verb === 'log') {
    const log = await workspace.state('BISECT_LOG')
    if (log === undefined) throw new Fatal('error: We are not bisecting.', 1)
    await workspace.io.print(log)
    return 0
  }
  if (verb === 'next') return next(workspace)
  if (verb === 'terms') {
    if (!workspace.hasState('BISECT_START')) throw new Fatal('error: no terms defined', 1)
    await workspace.io.print(
      `Your current terms are ${known.good} for the old state\nand ${known.bad} for the new state.\n`,
    )
    return 0
  }
  if (verb === 'visualize' || verb === 'view') {
    const { bad, good } = await marks(workspace)
    return (await import('./log.ts')).log(workspace, [...rest, ...(bad ? [bad] : []), ...good.map((oid) => `^${oid}`)])
  }
  throw new Fatal(USAGE, 1)
}
