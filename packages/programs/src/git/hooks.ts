/** Programs of the repository that git starts at certain moments. githooks(5). */
import { isErrno, isRegular } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import type { Workspace } from './repository.ts'

async function hookPath(workspace: Workspace, name: string): Promise<string | undefined> {
  const set = await workspace.config.get('core.hookspath')
  const top = workspace.isBare ? workspace.gitdir : workspace.dir
  const folder = set === undefined ? `${workspace.common}/hooks` : set.startsWith('/') ? set : `${top}/${set}`
  const path = `${folder}/${name}`
  try {
    const stat = workspace.sys.stat(path)
    if (!isRegular(stat.mode)) return undefined
    if (stat.mode & 0o111) return path
    await workspace.io.out.flush()
    await workspace.io.warn(
      `hint: The '${path.startsWith(`${workspace.dir}/`) ? path.slice(workspace.dir.length + 1) : path}' hook was ignored because it's not set as executable.\nhint: You can disable this warning with \`git config advice.ignoredHook false\`.\n`,
    )
    return undefined
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export interface HookOptions {
  readonly stdin?: string
  readonly env?: ReadonlyMap<string, string>
  /** What it prints is led here in place of the errors. */
  readonly output?: number
}

/** @returns the hook's status, 0 where there is none */
export async function runHook(
  workspace: Workspace,
  name: string,
  words: readonly string[],
  options: HookOptions = {},
): Promise<number> {
  const path = await hookPath(workspace, name)
  if (path === undefined) return 0
  const { sys, process, io } = workspace
  await io.out.flush()
  const env = new Map([...process.env, ['GIT_DIR', workspace.isBare ? '.' : '.git'] as const, ...(options.env ?? [])])
  if (!workspace.isBare) env.set('GIT_INDEX_FILE', '.git/index')
  const fds = new Map([
    [1, options.output ?? 2],
    [2, 2],
  ])
  let feed: number | undefined
  if (options.stdin !== undefined) {
    const [read, write] = sys.pipe()
    sys.setFdFlags(write, { cloexec: true })
    fds.set(0, read)
    feed = write
  } else fds.set(0, 0)
  const cwd = workspace.isBare ? workspace.gitdir : workspace.dir
  const shown = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
  try {
    const pid = await sys.spawn(path, { argv: [shown, ...words], env, fds, cwd })
    if (feed !== undefined) {
      sys.close(fds.get(0) ?? 0)
      await writeAll(sys, feed, new TextEncoder().encode(options.stdin ?? ''))
    }
    if (feed !== undefined) sys.close(feed)
    const end = await sys.wait(pid)
    workspace.forgetIndex()
    return end?.status.kind === 'exited' ? end.status.code : 128
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`fatal: cannot exec '${shown}': ${error.message}\n`)
    return 1
  }
}
