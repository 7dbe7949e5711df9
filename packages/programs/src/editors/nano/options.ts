import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** What can be switched on the command line, in nanorc and by Alt keys. nanorc(5). */
export class Options {
  private readonly on = new Set<string>(['hints', 'syntax'])
  tabSize = 8
  /** Columns that lines are wrapped and justified at; from the right margin when not above zero. */
  fill = -8

  has(name: string): boolean {
    return this.on.has(name)
  }

  turn(name: string, on = !this.on.has(name)): boolean {
    if (on) this.on.add(name)
    else this.on.delete(name)
    return on
  }

  /** Columns of a justified line in a window so wide. */
  margin(cols: number): number {
    return this.fill > 0 ? this.fill : Math.max(1, cols + this.fill)
  }

  /** `set NAME [VALUE]` and `unset NAME`; other lines are for syntaxes and colours. */
  line(text: string): void {
    const [word = '', name = '', value = ''] = text.trim().split(/\s+/)
    if (word === 'unset') this.turn(name === 'nohelp' ? 'hints' : name, name === 'nohelp')
    if (word !== 'set') return
    if (name === 'tabsize') this.tabSize = Number(value) || this.tabSize
    else if (name === 'fill') this.fill = Number(value)
    else if (name === 'nohelp') this.turn('hints', false)
    else if (name === 'nowrap') this.turn('breaklonglines', false)
    else this.turn(name, true)
  }
}

/** @throws nothing: a file that cannot be read says nothing */
export async function readNanorc(sys: Sys, options: Options, home: string): Promise<void> {
  for (const path of ['/etc/nanorc', `${home}/.config/nano/nanorc`, `${home}/.nanorc`]) {
    try {
      for (const line of (await readTextFile(sys, path)).split('\n')) options.line(line)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
