/** References as they are kept: show-ref, for-each-ref, symbolic-ref, update-ref, pack-refs. */
import { filterRefs } from './branch.ts'
import { type GitCommand, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { globMatcher } from '../text/glob.ts'
import { formatRef, sortRefs } from './ref-format.ts'

export const showRef: GitCommand = async (workspace, argv) => {
  const words = new Words('show-ref', argv, {
    values: ['exclude-existing'],
    flags: ['head', 'heads', 'tags', 'd', 'dereference', 's', 'hash', 'verify', 'q', 'quiet', 'abbrev'],
  })
  const { refs, objects, io } = workspace
  const width = Number(words.get('hash', 'abbrev') || 40)
  const print = async (name: string, oid: string): Promise<void> => {
    if (words.has('q', 'quiet')) return
    await io.print(words.has('s', 'hash') ? `${oid.slice(0, width)}\n` : `${oid.slice(0, width)} ${name}\n`)
    const peeled = words.has('d', 'dereference') ? await objects.peel(oid) : oid
    if (peeled !== oid) await io.print(words.has('s', 'hash') ? `${peeled}\n` : `${peeled} ${name}^{}\n`)
  }
  if (words.has('verify')) {
    for (const name of words.operands) {
      const oid = name.startsWith('refs/') || name === 'HEAD' ? await refs.read(name) : undefined
      if (!oid) {
        if (words.has('q', 'quiet')) return 1
        throw new Fatal(`fatal: '${name}' - not a valid ref`)
      }
      await print(name, oid)
    }
    return 0
  }
  let found = 0
  const head = words.has('head') ? await workspace.head() : undefined
  if (head) await print('HEAD', head)
  for (const { name, oid } of await refs.list()) {
    const kinds = [...(words.has('heads') ? ['refs/heads/'] : []), ...(words.has('tags') ? ['refs/tags/'] : [])]
    if (kinds.length > 0 && !kinds.some((kind) => name.startsWith(kind))) continue
    if (words.operands.length > 0 && !words.operands.some((each) => name === each || name.endsWith(`/${each}`)))
      continue
    found++
    await print(name, oid)
  }
  return found > 0 || head ? 0 : 1
}

export const forEachRef: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'for-each-ref',
    argv.map((word) => word.replace(/^--(merged|no-merged|contains|no-contains)$/, '--$1=HEAD')),
    {
      values: ['format', 'sort', 'count'],
      flags: [
        'merged',
        'no-merged',
        'contains',
        'no-contains',
        'points-at',
        's',
        'shell',
        'ignore-case',
        'omit-empty',
        'color',
      ],
    },
  )
  const fits = words.operands.map((pattern) => {
    const glob = globMatcher(pattern, { pathname: true })
    const bare = pattern.replace(/\/$/, '')
    return (name: string): boolean => name === bare || name.startsWith(`${bare}/`) || glob(name)
  })
  const all = (await workspace.refs.list()).filter(({ name }) => fits.length === 0 || fits.some((each) => each(name)))
  const sorted = await sortRefs(workspace, await filterRefs(workspace, words, all), [...words.all('sort')].reverse())
  const format = words.get('format') ?? '%(objectname) %(objecttype)\t%(refname)'
  for (const ref of sorted.slice(0, words.has('count') ? Number(words.get('count')) : undefined))
    await workspace.io.print(`${await formatRef(workspace, ref, format)}\n`)
  return 0
}

export const symbolicRef: GitCommand = async (workspace, argv) => {
  const words = new Words('symbolic-ref', argv, { values: ['m'], flags: ['short', 'q', 'quiet', 'd', 'delete'] })
  const [name = 'HEAD', target] = words.operands
  if (target !== undefined) {
    if (name === 'HEAD' && !target.startsWith('refs/'))
      throw new Fatal(`fatal: Refusing to point HEAD outside of refs/`)
    await workspace.refs.setSymbolic(name, target)
    return 0
  }
  const to = await workspace.refs.symbolic(name)
  if (to === undefined) {
    if (words.has('q', 'quiet')) return 1
    throw new Fatal(`fatal: ref ${name} is not a symbolic ref`)
  }
  await workspace.io.print(`${words.has('short') ? to.replace(/^refs\/(heads|tags|remotes)\//, '') : to}\n`)
  return 0
}

export const updateRef: GitCommand = async (workspace, argv) => {
  const words = new Words('update-ref', argv, {
    values: ['m'],
    flags: ['d', 'no-deref', 'stdin', 'create-reflog', 'z'],
  })
  const [name = '', value, before] = words.operands
  if (words.has('d')) {
    await workspace.refs.remove(name)
    return 0
  }
  const oid = value === undefined ? undefined : await workspace.revisions.find(value)
  if (!oid) throw new Fatal(`fatal: ${value}: not a valid SHA1`)
  const old = before === undefined ? undefined : await workspace.resolve(before)
  const now = await workspace.refs.read(name)
  if (before !== undefined && old !== now)
    throw new Fatal(
      `fatal: update_ref failed for ref '${name}': cannot lock ref '${name}': is at ${now} but expected ${old}`,
    )
  await workspace.refs.write(name, oid, {
    who: await workspace.identity('COMMITTER', true),
    message: words.get('m') ?? '',
  })
  return 0
}

export const packRefs: GitCommand = async (workspace) => {
  await workspace.refs.pack((oid) => workspace.objects.peel(oid))
  return 0
}
