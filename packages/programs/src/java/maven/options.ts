export interface MavenOptions {
  readonly goals: readonly string[]
  readonly defines: ReadonlyMap<string, string>
  readonly file: string | undefined
  readonly quiet: boolean
  readonly batch: boolean
  readonly offline: boolean
  readonly noProgress: boolean
  readonly help: boolean
  readonly version: boolean
  /** Undefined: by the terminal. */
  readonly colour: boolean | undefined
  readonly unknown: string | undefined
}

/** Options that change nothing here, and whether they take a value. */
const OTHERS: Readonly<Record<string, boolean>> = {
  '-e': false,
  '--errors': false,
  '-X': false,
  '--debug': false,
  '-U': false,
  '--update-snapshots': false,
  '-V': false,
  '--show-version': false,
  '-N': false,
  '-fae': false,
  '-ff': false,
  '-fn': false,
  '-am': false,
  '-amd': false,
  '-nsu': false,
  '-C': false,
  '-c': false,
  '-P': true,
  '--activate-profiles': true,
  '-pl': true,
  '--projects': true,
  '-s': true,
  '--settings': true,
  '-gs': true,
  '-t': true,
  '-T': true,
  '--threads': true,
  '-rf': true,
  '-b': true,
  '-l': true,
}
const SWITCHES: Readonly<Record<string, 'quiet' | 'batch' | 'offline' | 'noProgress' | 'help' | 'version'>> = {
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-B': 'batch',
  '--batch-mode': 'batch',
  '-o': 'offline',
  '--offline': 'offline',
  '-ntp': 'noProgress',
  '--no-transfer-progress': 'noProgress',
  '-h': 'help',
  '--help': 'help',
  '-v': 'version',
  '--version': 'version',
}

/** The command line of mvn. */
export function optionsOf(args: readonly string[]): MavenOptions {
  const rest = [...args]
  const [goals, defines, on]: [string[], Map<string, string>, Set<string>] = [[], new Map(), new Set()]
  let [file, unknown, colour]: [string | undefined, string | undefined, boolean | undefined] = [
    undefined,
    undefined,
    undefined,
  ]
  const define = (text: string): void => {
    const [name = '', value = 'true'] = text.split(/=(.*)/s)
    defines.set(name, value)
  }
  for (let each = rest.shift(); each !== undefined; each = rest.shift()) {
    const [name = '', joined] = each.startsWith('--') ? each.split(/=(.*)/s) : [each]
    const known = SWITCHES[name]
    if (known) on.add(known)
    else if (name === '-f' || name === '--file') file = joined ?? rest.shift()
    else if (name === '-D' || name === '--define') define(joined ?? rest.shift() ?? '')
    else if (name.startsWith('-D')) define(name.slice(2))
    else if (name === '--color') colour = { always: true, never: false }[joined ?? rest.shift() ?? '']
    else if (Object.hasOwn(OTHERS, name)) {
      if (OTHERS[name] && joined === undefined) rest.shift()
    } else if (/^-[PTs]./.test(name)) continue
    else if (name.startsWith('-')) unknown ??= name
    else goals.push(name)
  }
  const has = (name: string): boolean => on.has(name)
  return {
    goals,
    defines,
    file,
    colour,
    unknown,
    quiet: has('quiet'),
    batch: has('batch'),
    offline: has('offline'),
    noProgress: has('noProgress'),
    help: has('help'),
    version: has('version'),
  }
}

export const USAGE = `
usage: mvn [options] [<goal(s)>] [<phase(s)>]

Options:
 -B,--batch-mode                        Run in non-interactive (batch)
                                        mode (disables output color)
    --color <arg>                       Defines the color mode of the
                                        output. Supported are 'auto',
                                        'always', 'never'.
 -D,--define <arg>                      Define a user property
 -e,--errors                            Produce execution error messages
 -f,--file <arg>                        Force the use of an alternate POM
                                        file (or directory with pom.xml)
 -h,--help                              Display help information
 -ntp,--no-transfer-progress            Do not display transfer progress
                                        when downloading or uploading
 -o,--offline                           Work offline
 -P,--activate-profiles <arg>           Comma-delimited list of profiles
                                        to activate
 -q,--quiet                             Quiet output - only show errors
 -U,--update-snapshots                  Forces a check for missing
                                        releases and updated snapshots on
                                        remote repositories
 -v,--version                           Display version information
 -X,--debug                             Produce execution debug output

`
