import { isErrno, type Process } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { PipError } from './index-client.ts'
import { makeFolders } from './site-packages.ts'

const USAGE_ACTIONS = 'debug, edit, get, list, set, unset'

/** pip.conf, and pip's variables of the environment. pip config(1) */
export class Configuration {
  private readonly process: Process
  /** The one that is written. */
  readonly path: string

  constructor(process: Process) {
    this.process = process
    const home = process.env.get('HOME') ?? '/root'
    this.path =
      process.env.get('PIP_CONFIG_FILE') ?? `${process.env.get('XDG_CONFIG_HOME') ?? `${home}/.config`}/pip/pip.conf`
  }

  /** Values by `section.name`, as all files and variables have them; the last counts. */
  async values(): Promise<Map<string, string>> {
    const found = await this.own()
    const all = new Map([...(await this.read('/etc/pip.conf')), ...found])
    for (const [name, value] of this.process.env)
      if (/^PIP_[A-Z_]+$/.test(name) && name !== 'PIP_CONFIG_FILE')
        all.set(`:env:.${name.slice(4).toLowerCase().replaceAll('_', '-')}`, value)
    return all
  }

  private own(): Promise<Map<string, string>> {
    return this.read(this.path)
  }

  private async read(path: string): Promise<Map<string, string>> {
    const values = new Map<string, string>()
    let section = ''
    for (const line of (await textOf(this.process, path)).split('\n')) {
      section = /^\[(.+)\]/.exec(line)?.[1] ?? section
      const [, name, value] = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line) ?? []
      if (name !== undefined) values.set(`${section}.${name.toLowerCase().replaceAll('_', '-')}`, value ?? '')
    }
    return values
  }

  private async write(values: ReadonlyMap<string, string>): Promise<void> {
    const sections = new Map<string, string[]>()
    for (const [key, value] of values) {
      const [section = '', name = ''] = partsOf(key)
      sections.set(section, [...(sections.get(section) ?? []), `${name} = ${value}`])
    }
    const text = [...sections].map(([section, lines]) => `[${section}]\n${lines.join('\n')}\n\n`).join('')
    makeFolders(this.process.sys, this.path.slice(0, this.path.lastIndexOf('/')))
    await writeFile(this.process.sys, this.path, new TextEncoder().encode(text))
  }

  /** @returns what is printed */
  async run(words: readonly string[]): Promise<string> {
    const [action = '', key = '', value = ''] = words.filter((word) => !word.startsWith('-'))
    const actions: Readonly<Record<string, () => Promise<string>>> = {
      list: async () =>
        [...(await this.values())]
          .toSorted()
          .map(([name, text]) => `${name}='${text}'\n`)
          .join(''),
      get: async () => {
        const found = (await this.values()).get(key)
        if (found === undefined) throw new PipError(`No such key - ${key}`)
        return `${found}\n`
      },
      set: async () => {
        partsOf(key)
        await this.write(new Map([...(await this.own()), [key, value]]))
        return `Writing to ${this.path}\n`
      },
      unset: async () => {
        const values = await this.own()
        if (!values.delete(key)) throw new PipError(`No such key - ${key}`)
        await this.write(values)
        return `Writing to ${this.path}\n`
      },
      debug: async () => `user:\n  ${this.path}, exists: ${(await textOf(this.process, this.path)) !== ''}\n`,
    }
    const run = actions[action]
    if (!run) throw new PipError(`Need an action (${USAGE_ACTIONS}) to perform.`)
    return run()
  }
}

function partsOf(key: string): [string, string] {
  const at = key.indexOf('.')
  if (at < 0)
    throw new PipError(
      `Key does not contain dot separated section and key. Perhaps you wanted to use 'global.${key}' instead?`,
    )
  return [key.slice(0, at), key.slice(at + 1)]
}

const textOf = (process: Process, path: string): Promise<string> =>
  readTextFile(process.sys, path).catch((error: unknown) => {
    if (isErrno(error)) return ''
    throw error
  })
