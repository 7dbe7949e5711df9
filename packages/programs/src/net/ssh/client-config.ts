import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** Options of ssh by their names in ssh_config(5), in small letters. */
export type SshConfig = ReadonlyMap<string, readonly string[]>

/** `*`, `?` and `!` of ssh_config(5), PATTERNS. */
export function matchesPatterns(host: string, patterns: readonly string[]): boolean {
  let found = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    const source = (negated ? pattern.slice(1) : pattern)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    if (!new RegExp(`^${source}$`).test(host)) continue
    if (negated) return false
    found = true
  }
  return found
}

const MANY = new Set([
  'identityfile',
  'sendenv',
  'setenv',
  'localforward',
  'remoteforward',
  'dynamicforward',
  'certificatefile',
])
const KNOWN = new Set(
  'addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms certificatefile checkhostip ciphers clearallforwardings compression connectionattempts connecttimeout controlmaster controlpath controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fingerprinthash forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile gssapiauthentication gssapidelegatecredentials hashknownhosts host hostbasedacceptedalgorithms hostbasedauthentication hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile ignoreunknown include ipqos kbdinteractiveauthentication kbdinteractivedevices kexalgorithms knownhostscommand localcommand localforward loglevel logverbose macs match nohostauthenticationforlocalhost numberofpasswordprompts passwordauthentication permitlocalcommand permitremoteopen pkcs11provider port preferredauthentications proxycommand proxyjump proxyusefdpass pubkeyacceptedalgorithms pubkeyauthentication rekeylimit remotecommand remoteforward requesttty requiredrsasize revokedhostkeys securitykeyprovider sendenv serveralivecountmax serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink stricthostkeychecking syslogfacility tcpkeepalive tunnel tunneldevice updatehostkeys user userknownhostsfile verifyhostkeydns visualhostkey xauthlocation challengeresponseauthentication'.split(
    ' ',
  ),
)
/** Whether ssh_config(5) has such a keyword. @param name  in small letters */
export const isKnownOption = (name: string): boolean => KNOWN.has(name)

async function textOf(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

/** The first value that is found for a name counts: command line, then the user's file, then the system's. */
export async function readConfig(
  sys: Sys,
  host: string,
  given: readonly string[],
  files: readonly string[],
): Promise<SshConfig> {
  const config = new Map<string, string[]>()
  const add = (line: string): void => {
    const [, name = '', value = ''] = /^\s*(\w+)\s*(?:=|\s)\s*"?(.*?)"?\s*$/.exec(line) ?? []
    if (name === '') return
    const key = name.toLowerCase()
    const known = config.get(key)
    if (!known) config.set(key, [value])
    else if (MANY.has(key)) known.push(value)
  }
  given.forEach(add)
  for (const file of files) {
    let applies = true
    for (const line of (await textOf(sys, file)).split('\n')) {
      const section = /^\s*(host|match)\s+(.*)$/i.exec(line)
      if (section)
        applies =
          section[1]?.toLowerCase() === 'host'
            ? matchesPatterns(host, (section[2] ?? '').trim().split(/\s+/))
            : /^all/i.test(section[2] ?? '')
      else if (applies && !/^\s*(#|$)/.test(line)) add(line)
    }
  }
  return config
}
