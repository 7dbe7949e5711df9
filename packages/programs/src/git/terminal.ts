import { isErrno } from '@drydock/abi'
import { readTextFile, searchPath, writeAll, writeFile } from '@drydock/libc'
import { isTerminal, windowSize } from '../text/terminal.ts'
import { Fatal } from './fatal.ts'
import type { Workspace } from './repository.ts'

export const isColoured = ({ sys, process }: Workspace): boolean =>
  isTerminal(sys, 1) && process.env.get('TERM') !== 'dumb'
export const paint = (workspace: Workspace, colour: string, text: string): string =>
  isColoured(workspace) ? `\x1b[${colour}m${text}\x1b[m` : text
export const widthOf = ({ sys, process }: Workspace): number => {
  const columns = Number(process.env.get('COLUMNS'))
  return columns > 0 ? columns : isTerminal(sys, 1) ? windowSize(sys).cols : 80
}

/** Runs a command line of the shell, with words after it. @returns its status */
export async function runShell(
  workspace: Workspace,
  line: string,
  words: readonly string[],
  env?: ReadonlyMap<string, string>,
): Promise<number> {
  const { sys, process } = workspace
  // A word alone needs no shell, and git starts none for it.
  const plain = !/[|&;<>()$`\\"' \t\n*?[#~=%]/.test(line)
  const shell = searchPath(sys, plain ? line : 'sh', process.env.get('PATH'))
  await workspace.io.out.flush()
  const argv = plain ? [line, ...words] : ['sh', '-c', words.length > 0 ? `${line} "$@"` : line, line, ...words]
  const pid = await sys.spawn(shell, { argv, env: env ?? process.env })
  const end = await sys.wait(pid)
  return end?.status.kind === 'exited' ? end.status.code : 128
}

export async function editorOf({ process, config }: Workspace): Promise<string> {
  const { env } = process
  return env.get('GIT_EDITOR') ?? (await config.get('core.editor')) ?? env.get('VISUAL') ?? env.get('EDITOR') ?? 'vi'
}

/** Opens an editor on a file that holds `text`. @returns what is there afterwards @throws Fatal when the editor failed */
export async function editFile(workspace: Workspace, path: string, text: string, editor?: string): Promise<string> {
  await writeFile(workspace.sys, path, text)
  const command = editor ?? (await editorOf(workspace))
  const status = command === ':' ? 0 : await runShell(workspace, command, [path])
  if (status !== 0) throw new Fatal(`error: There was a problem with the editor '${command}'.`, 1)
  return readTextFile(workspace.sys, path)
}

/** Without comments, without empty lines at either end, with one at most between. git-stripspace(1). */
export function stripped(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trimEnd())
  return cleaned(lines.join('\n'))
}
/** The same, comments kept. */
export function cleaned(text: string): string {
  const bare = text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+/, '')
    .replace(/\n+$/, '')
    .replace(/\n{3,}/g, '\n\n')
  return bare === '' ? '' : `${bare}\n`
}

/** Long output goes through a pager where somebody looks. */
export async function page(workspace: Workspace, text: string): Promise<void> {
  const { sys, process } = workspace
  const lines = text.split('\n').length
  if (!isTerminal(sys, 1) || lines < windowSize(sys).rows || process.env.get('GIT_PAGER') === 'cat')
    return void (await workspace.io.print(text))
  const [read, write] = sys.pipe()
  sys.setFdFlags(write, { cloexec: true })
  const fds = new Map([
    [0, read],
    [1, 1],
    [2, 2],
  ])
  const env = new Map([...process.env, ['LESS', process.env.get('LESS') ?? 'FRX'] as const])
  await workspace.io.out.flush()
  const pid = await sys.spawn(searchPath(sys, 'less', process.env.get('PATH')), { argv: ['less'], env, fds })
  sys.close(read)
  try {
    await writeAll(sys, write, new TextEncoder().encode(text))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  sys.close(write)
  await sys.wait(pid)
}

/** Questions with a pager or terminal aside: one line of standard input. */
export async function readAnswer({ sys }: Workspace): Promise<string | undefined> {
  const bytes: number[] = []
  for (;;) {
    const [byte] = await sys.read(0, 1)
    if (byte === undefined) return bytes.length === 0 ? undefined : new TextDecoder().decode(Uint8Array.from(bytes))
    if (byte === 10) return new TextDecoder().decode(Uint8Array.from(bytes))
    bytes.push(byte)
  }
}
