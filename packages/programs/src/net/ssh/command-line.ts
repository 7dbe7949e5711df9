/** The command line of ssh(1). */
export interface SshCommandLine {
  readonly host: string
  readonly command: readonly string[]
  /** Lines as in ssh_config, from -o, -p, -l, -i. */
  readonly given: readonly string[]
  readonly configFile: string | undefined
  /** How often a letter was given. */
  readonly flags: ReadonlyMap<string, number>
  readonly forwards: readonly string[]
  /** -R, -D, and -W of which there is one. */
  readonly remotes: readonly string[]
  readonly dynamics: readonly string[]
  readonly standard: string | undefined
}

const FLAGS = '46AaCfGgKkMNnqsTtVvXxYy'
const VALUES = 'BbcDEeFIiJLlmOopQRSWw'
export const SSH_USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface] [-b bind_address]
           [-c cipher_spec] [-D [bind_address:]port] [-E log_file]
           [-e escape_char] [-F configfile] [-I pkcs11] [-i identity_file]
           [-J destination] [-L address] [-l login_name] [-m mac_spec]
           [-O ctl_cmd] [-o option] [-P tag] [-p port] [-R address]
           [-S ctl_path] [-W host:port] [-w local_tun[:remote_tun]]
           destination [command [argument ...]]
`

/** @returns what is wrong, or what was asked for */
export function parseSsh(argv: readonly string[]): SshCommandLine | { readonly wrong: string } {
  const flags = new Map<string, number>()
  const given: string[] = []
  const [forwards, remotes, dynamics]: [string[], string[], string[]] = [[], [], []]
  let standard: string | undefined
  let configFile: string | undefined
  let host: string | undefined
  let at = 0
  const value = (letter: string, text: string): void => {
    if (letter === 'p') given.push(`Port ${text}`)
    else if (letter === 'l') given.push(`User ${text}`)
    else if (letter === 'i') given.push(`IdentityFile ${text}`)
    else if (letter === 'o') given.push(text)
    else if (letter === 'F') configFile = text
    else if (letter === 'L') forwards.push(text)
    else if (letter === 'R') remotes.push(text)
    else if (letter === 'D') dynamics.push(text)
    else if (letter === 'W') standard = text
    else if (letter === 'J') given.push(`ProxyJump ${text}`)
    else flags.set(letter, 1)
  }
  for (; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') at++
    if (word === '--' || !word.startsWith('-') || word === '-') {
      if (host !== undefined) break
      host = argv[at]
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if (FLAGS.includes(letter)) flags.set(letter, (flags.get(letter) ?? 0) + 1)
      else if (VALUES.includes(letter) || letter === 'p') {
        const rest = word.slice(i + 1)
        const text = rest || argv[++at]
        if (text === undefined) return { wrong: `option requires an argument -- ${letter}\n${SSH_USAGE}` }
        value(letter, text)
        break
      } else return { wrong: `unknown option -- ${letter}\n${SSH_USAGE}` }
    }
  }
  if (flags.has('V')) return { host: '', command: [], given, configFile, flags, forwards, remotes, dynamics, standard }
  if (host === undefined) return { wrong: SSH_USAGE }
  return {
    ...destination(host, given),
    command: argv.slice(at),
    given,
    configFile,
    flags,
    forwards,
    remotes,
    dynamics,
    standard,
  }
}

/** `user@host` or `ssh://user@host:port`. */
function destination(text: string, given: string[]): { host: string } {
  const [, user, host = text, port] =
    /^(?:ssh:\/\/)?(?:(.*)@)?([^@:/]+|\[.*\])(?::(\d+))?\/?$/.exec(
      text.startsWith('ssh://') ? text : text.replaceAll(':', '\0'),
    ) ?? []
  if (user !== undefined) given.push(`User ${user}`)
  if (port !== undefined) given.push(`Port ${port}`)
  return { host: host.replaceAll('\0', ':') }
}
