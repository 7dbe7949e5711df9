import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** sshd_config(5), as far as sshd here heeds it. */
export class SshdConfig {
  private readonly values = new Map<string, string[]>()
  readonly wrong: string[] = []

  add(line: string, where: string): void {
    const [, name = '', value = ''] = /^\s*(\w+)\s*(?:=|\s)\s*"?(.*?)"?\s*$/.exec(line) ?? []
    if (name === '') return
    const key = name.toLowerCase()
    if (!KNOWN.has(key)) {
      this.wrong.push(`${where}: Bad configuration option: ${name}`)
      return
    }
    const known = this.values.get(key)
    if (!known) this.values.set(key, [value])
    else if (MANY.has(key)) known.push(value)
  }

  async read(sys: Sys, path: string): Promise<boolean> {
    try {
      for (const [at, line] of (await readTextFile(sys, path)).split('\n').entries()) {
        if (/^\s*match\b/i.test(line)) break
        if (!/^\s*(#|$)/.test(line)) this.add(line, `${path}: line ${at + 1}`)
      }
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      return false
    }
  }

  all(name: string): readonly string[] {
    return this.values.get(name.toLowerCase()) ?? []
  }
  get(name: string, otherwise: string): string {
    return this.all(name)[0] ?? otherwise
  }
  yes(name: string, otherwise: boolean): boolean {
    return this.get(name, otherwise ? 'yes' : 'no').toLowerCase() === 'yes'
  }
}

const MANY = new Set(['port', 'listenaddress', 'hostkey', 'acceptenv', 'subsystem', 'setenv'])
const KNOWN = new Set(
  'port listenaddress addressfamily hostkey permitrootlogin passwordauthentication pubkeyauthentication permitemptypasswords authorizedkeysfile printmotd printlastlog banner usepam subsystem x11forwarding x11displayoffset x11uselocalhost allowtcpforwarding gatewayports clientaliveinterval clientalivecountmax maxauthtries maxsessions maxstartups logingracetime loglevel syslogfacility strictmodes kbdinteractiveauthentication challengeresponseauthentication acceptenv setenv usedns pidfile allowusers denyusers allowgroups denygroups permittunnel permittty permituserenvironment compression tcpkeepalive hostbasedauthentication ignorerhosts ignoreuserknownhosts kerberosauthentication gssapiauthentication ciphers macs kexalgorithms hostkeyalgorithms pubkeyacceptedalgorithms chrootdirectory forcecommand versionaddendum rekeylimit include allowagentforwarding authorizedprincipalsfile usepriviligeseparation useprivilegeseparation'.split(
    ' ',
  ),
)
