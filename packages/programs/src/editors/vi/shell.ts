import { exitStatus, isErrno, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { readFile } from '@drydock/libc'
import { runCommand } from '../../exec/run-command.ts'
import { decodeText, encodeText } from '../../text/encoding.ts'
import type { Editor } from './editor.ts'

/** Where commands run. */
export type CommandHost = Pick<Editor, 'sys' | 'env'>

const shellOf = (editor: CommandHost): string => editor.env.get('SHELL') || '/bin/sh'

/** Runs a command on the terminal and waits for a key, as `:!` does. */
export async function runOnTerminal(editor: Editor, command: string): Promise<void> {
  await editor.screen.close(command === '' ? '' : `:!${command}\n`)
  const words = command === '' ? [shellOf(editor)] : [shellOf(editor), '-c', command]
  const outcome = await runCommand(editor.sys, words, editor.env)
  const status = outcome.kind === 'ended' ? outcome.status : 127
  if (status !== 0) await editor.screen.write(`\nshell returned ${status}\n`)
  if (command !== '') await editor.screen.write('\nPress ENTER or type command to continue')
  await editor.screen.open()
  if (command !== '') {
    await editor.screen.write(`\x1b[?1049l`)
    const key = await editor.screen.nextKey()
    await editor.screen.write('\x1b[?1049h')
    if (key === ':') editor.feed([key])
  }
  editor.screen.forget()
}

/**
 * Runs a command with text as its input.
 * @returns what it printed on standard output and on standard error, and its status
 */
export async function filterLines(
  editor: CommandHost,
  command: string,
  input: string,
): Promise<{ text: string; status: number }> {
  const { sys } = editor
  const [inPath, outPath] = [temporaryName(editor, 'i'), temporaryName(editor, 'o')]
  const open = [open3(editor, inPath, input), sys.open(outPath, O_RDWR | O_CREAT | O_TRUNC, 0o600)]
  const [stdin = 0, stdout = 1] = open
  try {
    const fds = new Map([
      [0, stdin],
      [1, stdout],
      [2, stdout],
    ])
    const pid = await sys.spawn(shellOf(editor), { argv: [shellOf(editor), '-c', command], env: editor.env, fds })
    const result = await sys.wait(pid)
    return { text: decodeText(await readFile(sys, outPath)), status: result ? exitStatus(result.status) : 1 }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { text: `${error.message}\n`, status: 127 }
  } finally {
    for (const fd of open) sys.close(fd)
    sys.unlink(inPath)
    sys.unlink(outPath)
  }
}

const temporaryName = (editor: CommandHost, letter: string): string => `/tmp/v${editor.sys.getpid()}${letter}`

function open3(editor: CommandHost, path: string, input: string): number {
  const { sys } = editor
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  sys.pwrite(fd, encodeText(input), 0)
  sys.close(fd)
  return sys.open(path, O_RDONLY)
}
