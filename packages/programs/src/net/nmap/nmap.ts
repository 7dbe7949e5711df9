import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Program, type Sys } from '@drydock/abi'
import { readTextFile, strftime, timeZone, writeAll } from '@drydock/libc'
import { Names } from '../net-tools/service-names.ts'
import { type Refusal, readCommand, type Wish } from './command-line.ts'
import { askAll, look, type Life } from './probe.ts'
import { grepableLines, lifeLines, plural, portLines, type Scanned, type Style } from './report.ts'
import { named, type Target, targetsOf } from './targets.ts'
import { versionOf } from './version-probe.ts'

const VERSION = '7.95'

/** nmap: which hosts are there, and what listens on them. nmap(1) */
export const nmap: Program = {
  name: 'nmap/nmap',
  paths: ['/usr/bin/nmap'],
  covers: 'partial',
  lacks: [
    'scans other than by connection: -sS does the same as -sT',
    '-sU, -O, -A, -6 and scripts',
    'what -v says in between',
    '-oX and -oA',
    'versions but of ssh, http, mysql and redis',
  ],
  summary: 'the network mapper',
  sizeBytes: 2_900_000,
  main: (process) => new Nmap(process).run(),
}

const HELP = `Nmap ${VERSION} ( https://nmap.org )
Usage: nmap [Scan Type(s)] [Options] {target specification}
TARGET SPECIFICATION:
  Can pass hostnames, IP addresses, networks, etc.
  Ex: scanme.nmap.org, microsoft.com/24, 192.168.0.1; 10.0.0-255.1-254
  -iL <inputfilename>: Input from list of hosts/networks
HOST DISCOVERY:
  -sL: List Scan - simply list targets to scan
  -sn: Ping Scan - disable port scan
  -Pn: Treat all hosts as online -- skip host discovery
  -n/-R: Never do DNS resolution/Always resolve [default: sometimes]
SCAN TECHNIQUES:
  -sS/sT: TCP SYN/Connect() scans
PORT SPECIFICATION AND SCAN ORDER:
  -p <port ranges>: Only scan specified ports
  -F: Fast mode - Scan fewer ports than the default scan
  --top-ports <number>: Scan <number> most common ports
SERVICE/VERSION DETECTION:
  -sV: Probe open ports to determine service/version info
OUTPUT:
  -oN/-oG <file>: Output scan in normal and Grepable format
  --reason: Display the reason a port is in a particular state
  --open: Only show open (or possibly open) ports
MISC:
  -V: Print version number
  -h: Print this help summary page.
SEE THE MAN PAGE (https://nmap.org/book/man.html) FOR MORE OPTIONS AND EXAMPLES
`
const REFUSALS: {
  readonly [K in Refusal['kind']]: (refusal: Extract<Refusal, { kind: K }>) => readonly [string, number, number]
} = {
  help: ({ asked }) => [HELP, asked ? 0 : 255, 1],
  version: () => [`Nmap version ${VERSION} ( https://nmap.org )\n`, 0, 1],
  unknown: ({ option }) => [
    `nmap: unrecognized option '${option}'\nSee the output of nmap -h for a summary of options.\n`,
    255,
    2,
  ],
  absent: ({ option }) => [`nmap: there is no ${option} here\nQUITTING!\n`, 1, 2],
  ports: () => ['Ports specified must be between 0 and 65535 inclusive\nQUITTING!\n', 1, 2],
}

class Nmap {
  private readonly process: Process
  private readonly sys: Sys
  private readonly files = new Map<string, number>()

  constructor(process: Process) {
    this.process = process
    this.sys = process.sys
  }

  async run(): Promise<number> {
    const wish = readCommand(this.process.argv.slice(1))
    if (!('kind' in wish)) return this.scan(wish)
    const [text, status, fd] = REFUSALS[wish.kind](wish as never)
    await writeAll(this.sys, fd, new TextEncoder().encode(text))
    return status
  }

  private async scan(wish: Wish): Promise<number> {
    const { sys } = this
    const [begun, since] = [sys.clock.now(), sys.clock.monotonic()]
    const listed = await this.listed(wish)
    if (listed === undefined) return 1
    for (const path of [wish.normal, wish.grepable])
      if (path !== undefined)
        this.files.set(path, path === '-' ? 1 : sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644))
    await this.say(wish, `Starting Nmap ${VERSION} ( https://nmap.org ) at ${this.time('%Y-%m-%d %H:%M %Z', begun)}`)
    const initiated = `# Nmap ${VERSION} scan initiated ${this.time('%a %b %e %H:%M:%S %Y', begun)} as: ${this.process.argv.join(' ')}`
    for (const path of [wish.normal, wish.grepable]) await this.note(path, initiated)
    const names = wish.numeric ? undefined : await Names.read(sys, false)
    const targets = await this.targets(wish, listed, names)
    let up = 0
    for (const target of targets) if (await this.host(wish, target, targets.length === 1)) up++
    await this.end(wish, targets.length, up, begun, since)
    return 0
  }

  private async listed({ targets, targetFile }: Wish): Promise<readonly string[] | undefined> {
    if (targetFile === undefined) return targets
    try {
      return [...targets, ...(await readTextFile(this.sys, targetFile)).split(/\s+/).filter((each) => each !== '')]
    } catch (error) {
      if (!isErrno(error)) throw error
      const text = `Failed to open input file ${targetFile} for reading: ${error.message} (${error.errno})\nQUITTING!\n`
      await writeAll(this.sys, 2, new TextEncoder().encode(text))
      return undefined
    }
  }

  private async targets(wish: Wish, listed: readonly string[], names: Names | undefined): Promise<Target[]> {
    const found: Target[] = []
    for (const text of listed) {
      const targets = await targetsOf(this.sys, text)
      if (targets.length === 0) await this.say(wish, `Failed to resolve "${text}".`)
      for (const target of targets) {
        const known = names?.host(target.address)
        found.push({ ...target, ...(known !== target.address && { name: known }) })
      }
    }
    if (found.length === 0) await this.say(wish, 'WARNING: No targets were specified, so 0 hosts scanned.')
    return found
  }

  /** @returns whether the host is up */
  private async host(wish: Wish, target: Target, alone: boolean): Promise<boolean> {
    const { sys } = this
    const style: Style = { ...wish, raw: !wish.connect && sys.geteuid() === 0 }
    const known = async (): Promise<Target> => (wish.numeric ? target : named(sys, target))
    const told = async (life: Life): Promise<Scanned> => ({
      target: await known(),
      life,
      answers: new Map(),
      versions: new Map(),
    })
    if (wish.only === 'list') {
      const [line = ''] = lifeLines(await told({ up: false }), style)
      await this.say(wish, line)
      return false
    }
    const life = wish.assumeUp ? { up: true } : await look(sys, target.address)
    if (!life.up) {
      if (alone)
        await this.say(wish, 'Note: Host seems down. If it is really up, but blocking our ping probes, try -Pn')
      return false
    }
    const scanned = wish.only === 'life' ? await told(life) : await this.ports(wish, { ...(await told(life)) })
    for (const line of (wish.only === 'life' ? lifeLines : portLines)(scanned, style)) await this.say(wish, line)
    for (const line of grepableLines(scanned)) await this.note(wish.grepable, line)
    return true
  }

  private async ports(wish: Wish, scanned: Scanned): Promise<Scanned> {
    const { address } = scanned.target
    const answers = await askAll(this.sys, address, wish.ports)
    const versions = new Map<number, readonly [string, string]>()
    for (const [port, { state }] of answers) {
      const found = wish.versions && state === 'open' ? await versionOf(this.sys, address, port) : undefined
      if (found) versions.set(port, found)
    }
    return { ...scanned, answers, versions }
  }

  private async end(wish: Wish, hosts: number, up: number, begun: number, since: number): Promise<void> {
    const seconds = ((this.sys.clock.monotonic() - since) / 1000).toFixed(2)
    const counts = `${plural(hosts, 'IP address', 'IP addresses')} (${plural(up, 'host', 'hosts')} up) scanned in ${seconds} seconds`
    if (wish.versions && up > 0)
      await this.say(
        wish,
        'Service detection performed. Please report any incorrect results at https://nmap.org/submit/ .',
      )
    await this.say(wish, `Nmap done: ${counts}`)
    const done = `# Nmap done at ${this.time('%a %b %e %H:%M:%S %Y', begun + Number(seconds) * 1000)} -- ${counts}`
    for (const path of [wish.normal, wish.grepable]) await this.note(path, done)
    for (const fd of this.files.values()) if (fd !== 1) this.sys.close(fd)
  }

  private time(form: string, ms: number): string {
    return strftime(form, ms, timeZone(this.process.env))
  }

  /** On the screen, unless a file's form goes there, and into the file of -oN. */
  private async say(wish: Wish, line: string): Promise<void> {
    if (wish.normal !== '-' && wish.grepable !== '-') await writeAll(this.sys, 1, new TextEncoder().encode(`${line}\n`))
    if (!/^(?:Starting|Nmap done)/.test(line)) await this.note(wish.normal, line)
  }

  private async note(path: string | undefined, line: string): Promise<void> {
    const fd = path === undefined ? undefined : this.files.get(path)
    if (fd !== undefined) await writeAll(this.sys, fd, new TextEncoder().encode(`${line}\n`))
  }
}
