import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { readTextFile, Stdio } from '@drydock/libc'
import { namesIn } from './config-reader.ts'
import { globToRegExp } from './file-pattern.ts'

/** What a name of the command is about. */
interface Kind {
  /** As it is said: `Module rewrite disabled.` */
  readonly noun: string
  readonly folder: string
  readonly suffix: string
  readonly reload: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  mod: { noun: 'module', folder: 'mods', suffix: '.load', reload: 'restart' },
  conf: { noun: 'conf', folder: 'conf', suffix: '.conf', reload: 'reload' },
  site: { noun: 'site', folder: 'sites', suffix: '.conf', reload: 'reload' },
}

const ROOT = '/etc/apache2'
/** Without these most configurations stop working: Debian asks twice. */
const ESSENTIAL: ReadonlySet<string> = new Set(
  (
    'alias auth_basic authn_file authz_host authz_user autoindex deflate dir env filter logio mime negotiation ' +
    'setenvif unixd version watchdog'
  ).split(' '),
)
const PHRASE = 'Yes, do as I say!'

const capital = (word: string): string => word.replace(/^./, (letter) => letter.toUpperCase())

/** Turns modules, sites and parts of the configuration on and off by links. a2enmod(8) */
class Switch {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly kind: Kind
  private readonly enables: boolean
  private readonly flags: ReadonlySet<string>
  private changed = false

  constructor(process: Process, enables: boolean, kind: Kind, flags: ReadonlySet<string>) {
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.kind = kind
    this.enables = enables
    this.flags = flags
  }

  private get available(): string {
    return `${ROOT}/${this.kind.folder}-available`
  }

  private get enabled(): string {
    return `${ROOT}/${this.kind.folder}-enabled`
  }

  async run(names: readonly string[]): Promise<number> {
    const { kind, enables } = this
    const wanted = names.length > 0 ? names : await this.asked()
    let status = 0
    const all: string[] = []
    for (const name of wanted) {
      const found = this.choices(name.replace(new RegExp(`\\${kind.suffix}$`), ''))
      all.push(...found)
      if (found.length > 0) continue
      status = 1
      if (/[*?[]/.test(name)) await this.error(`No ${kind.noun} found matching ${name}!`)
      else if (enables || !this.exists(`${this.available}/${name}${kind.suffix}`))
        await this.error(`${capital(kind.noun)} ${name} does not exist!`)
      else {
        await this.info(`${capital(kind.noun)} ${name} already disabled`)
        status = 0
      }
    }
    for (const name of all) if (!(await this.act(name))) status = 1
    if (this.changed)
      await this.info(`To activate the new configuration, you need to run:\n  service apache2 ${kind.reload}`)
    await this.io.out.flush()
    return status
  }

  private async asked(): Promise<readonly string[]> {
    const verb = this.enables ? 'enable' : 'disable'
    await this.io.print(
      `Your choices are: ${this.choices('*').join(' ')}\nWhich ${this.kind.noun}(s) do you want to ${verb} (wildcards ok)?\n`,
    )
    await this.io.out.flush()
    const line = (await this.io.lines().next()).value ?? ''
    return line.split(/\s+/).filter((word) => word !== '')
  }

  private choices(pattern: string): string[] {
    const fits = globToRegExp(pattern + this.kind.suffix)
    return namesIn(this.sys, this.enables ? this.available : this.enabled)
      .filter((name) => fits.test(name))
      .map((name) => name.slice(0, -this.kind.suffix.length))
  }

  private async act(name: string): Promise<boolean> {
    const file = `${this.available}/${name}${this.kind.suffix}`
    if (!this.exists(file)) {
      await this.error(`${capital(this.kind.noun)} ${name} does not exist!`)
      return false
    }
    if (this.kind.noun === 'module' && !(await this.relations(name, file))) return false
    return this.enables ? this.enable(name) : this.disable(name)
  }

  /** What a module needs goes with it; what needs it has to go first. */
  private async relations(name: string, file: string): Promise<boolean> {
    if (this.enables)
      return (await this.dependencies(name, await this.listed(file, 'Depends'))) && this.conflicts(name, file)
    const depending: string[] = []
    for (const each of namesIn(this.sys, this.enabled).filter((entry) => entry.endsWith('.load')))
      if ((await this.listed(`${this.enabled}/${each}`, 'Depends')).includes(name)) depending.push(each.slice(0, -5))
    if (depending.length === 0) return true
    if (this.flags.has('f')) return this.dependencies(name, depending)
    await this.error(`The following modules depend on ${name} and need to be disabled first: ${depending.join(' ')}`)
    return false
  }

  private async dependencies(name: string, others: readonly string[]): Promise<boolean> {
    for (const each of others) {
      await this.info(`Considering dependency ${each} for ${name}:`)
      if (await this.act(each)) continue
      await this.error(`Could not ${this.enables ? 'enable' : 'disable'} dependency ${each} for ${name}, aborting`)
      return false
    }
    return true
  }

  private async conflicts(name: string, file: string): Promise<boolean> {
    let free = true
    for (const each of await this.listed(file, 'Conflicts')) {
      await this.info(`Considering conflict ${each} for ${name}:`)
      if (!this.exists(`${this.enabled}/${each}.load`)) continue
      free = false
      await this.error(`Module ${each} is enabled - cannot proceed due to conflicts. It needs to be disabled first!`)
    }
    return free
  }

  /** `# Depends: setenvif mime` at the head of a module's file. */
  private async listed(file: string, word: string): Promise<readonly string[]> {
    const text = await readTextFile(this.sys, file)
    const [, list = ''] = new RegExp(`^# ${word}:\\s+(.*?)\\s*$`, 'm').exec(text) ?? []
    return list.split(/\s+/).filter((each) => each !== '')
  }

  private files(name: string): string[] {
    const settings = `${name}.conf`
    const own = [name + this.kind.suffix]
    return this.kind.noun === 'module' && this.exists(`${this.available}/${settings}`) ? [settings, ...own] : own
  }

  private async enable(name: string): Promise<boolean> {
    const missing = this.files(name).filter((file) => !this.exists(`${this.enabled}/${file}`))
    if (missing.length === 0) {
      await this.info(`${capital(this.kind.noun)} ${name} already enabled`)
      return true
    }
    await this.io.print(`Enabling ${this.kind.noun} ${name}.\n`)
    if (name === 'ssl' && this.kind.noun === 'module')
      await this.info(
        'See /usr/share/doc/apache2/README.Debian.gz on how to configure SSL and create self-signed certificates.',
      )
    for (const file of missing) this.sys.symlink(`../${this.kind.folder}-available/${file}`, `${this.enabled}/${file}`)
    this.changed = true
    return true
  }

  private async disable(name: string): Promise<boolean> {
    const there = this.files(name).filter((file) => this.exists(`${this.enabled}/${file}`))
    if (there.length === 0) {
      await this.info(`${capital(this.kind.noun)} ${name} already disabled`)
      return true
    }
    if (this.kind.noun === 'module' && ESSENTIAL.has(name) && !this.flags.has('f') && !(await this.confirmed(name)))
      return false
    for (const file of there) this.sys.unlink(`${this.enabled}/${file}`)
    this.changed = true
    await this.io.print(`${capital(this.kind.noun)} ${name} disabled.\n`)
    return true
  }

  private async confirmed(name: string): Promise<boolean> {
    await this.io.print(
      `WARNING: The following essential module will be disabled.\nThis might result in unexpected behavior and should NOT be done\nunless you know exactly what you are doing!\n ${name}\n\nTo continue type in the phrase '${PHRASE}' or retry by passing '-f': `,
    )
    await this.io.out.flush()
    if ((await this.io.lines().next()).value === PHRASE) return true
    await this.io.print('Aborting\n')
    return false
  }

  private exists(path: string): boolean {
    try {
      return this.sys.stat(path) !== undefined
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  private async info(text: string): Promise<void> {
    if (!this.flags.has('q')) await this.io.print(`${text}\n`)
  }

  private error(text: string): Promise<void> {
    return this.io.warn(`ERROR: ${text}\n`)
  }
}

const LONG: Readonly<Record<string, string>> = { '--quiet': 'q', '--force': 'f', '--maintmode': 'm', '--purge': 'p' }

async function main(process: Process): Promise<number> {
  const [, how = 'en', what = 'mod'] = /a2(en|dis)(mod|site|conf)$/.exec(process.argv[0] ?? '') ?? []
  const words = process.argv.slice(1)
  const flags = new Set(
    words.flatMap((word) =>
      word.startsWith('--') ? [LONG[word] ?? ''] : word.startsWith('-') ? [...word.slice(1)] : [],
    ),
  )
  const unknown = [...flags].find((flag) => !/^[qfmp]$/.test(flag))
  if (unknown !== undefined) {
    await new Stdio(process.sys).warn(`Unknown option: ${unknown}\n`)
    return 2
  }
  const kind = KINDS[what]
  return kind ? new Switch(process, how === 'en', kind, flags).run(words.filter((word) => !word.startsWith('-'))) : 2
}

/** a2enmod and its kin, of Debian's apache2. a2enmod(8), a2ensite(8), a2enconf(8) */
export const siteSwitches: Program = {
  name: 'httpd/a2enmod',
  paths: ['/usr/sbin/a2enmod'],
  covers: 'full',
  summary: "turn modules, sites and configuration snippets of Debian's apache2 on and off",
  main,
}
