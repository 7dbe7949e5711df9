import { isErrno, O_RDONLY } from '@drydock/abi'
import type { Shell } from '../interp/shell.ts'

/**
 * A tilde prefix at the start of the text: the folder it stands for, and what follows; undefined when it is none.
 * @param whole nothing follows the text in its word, so that its end ends the prefix
 */
export function tilde(
  shell: Shell,
  text: string,
  whole: boolean,
  colon: boolean,
): { home: string; rest: string } | undefined {
  const end = text.search(colon ? /[/:]/ : /\//)
  if (end < 0 && !whole) return undefined
  const name = text.slice(1, end < 0 ? undefined : end)
  const home = homeOf(shell, name)
  return home === undefined ? undefined : { home, rest: end < 0 ? '' : text.slice(end) }
}

function homeOf(shell: Shell, name: string): string | undefined {
  if (name === '')
    return shell.variables.get('HOME') ?? passwdHome(shell, (row) => row[2] === String(shell.sys.getuid()))
  if (name === '+') return shell.variables.get('PWD')
  if (name === '-') return shell.variables.get('OLDPWD')
  if (/^[+-]?\d+$/.test(name)) {
    const stack = [shell.variables.get('PWD') ?? '', ...shell.directories]
    return stack.at(name.startsWith('-') ? Number(name) - 1 : Number(name))
  }
  return passwdHome(shell, (row) => row[0] === name)
}

/** Looks in /etc/passwd, which is a file that never waits. */
export function passwdRow(shell: Shell, wanted: (row: readonly string[]) => boolean): readonly string[] | undefined {
  return passwdText(shell)
    .split('\n')
    .map((line) => line.split(':'))
    .find((row) => row.length > 5 && wanted(row))
}

const passwdHome = (shell: Shell, wanted: (row: readonly string[]) => boolean): string | undefined =>
  passwdRow(shell, wanted)?.[5]

function passwdText({ sys }: Shell): string {
  try {
    const fd = sys.open('/etc/passwd', O_RDONLY)
    try {
      return new TextDecoder().decode(sys.pread(fd, 65536, 0))
    } finally {
      sys.close(fd)
    }
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
