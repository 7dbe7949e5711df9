import { isErrno, type LinkInfo, type Process, type Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'

/** brctl show: bridges with their ports. */
function show(links: readonly LinkInfo[], only: string | undefined): string {
  const bridges = links.filter((link) => link.kind === 'bridge' && (only === undefined || link.name === only))
  const rows = bridges.map((bridge) => {
    const ports = links.filter((link) => link.master === bridge.name).map((link) => link.name)
    const head = `${bridge.name}\t\t8000.${bridge.mac.replaceAll(':', '')}\tno\t\t`
    return ports.length === 0 ? `${head}\n` : `${head}${ports.join('\n\t\t\t\t\t\t\t')}\n`
  })
  return `bridge name\tbridge id\t\tSTP enabled\tinterfaces\n${rows.join('')}`
}

type Change = (sys: Process['sys'], bridge: string, port: string) => void
const CHANGES: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['addbr', (sys, name) => sys.netlink({ op: 'link-add', name, kind: 'bridge' })],
  ['delbr', (sys, name) => sys.netlink({ op: 'link-delete', name })],
  ['addif', (sys, master, name) => sys.netlink({ op: 'link-set', name, master })],
  ['delif', (sys, _master, name) => sys.netlink({ op: 'link-set', name, master: null })],
])

/** brctl, of bridge-utils. brctl(8). */
export const brctl: Program = {
  name: 'bridge-utils/brctl',
  paths: ['/usr/sbin/brctl'],
  covers: 'partial',
  lacks: ['stp', 'showmacs', 'showstp'],
  summary: 'ethernet bridge administration',
  main: async ({ sys, argv }) => {
    const io = new Stdio(sys)
    const [, command, bridge, port] = argv
    const change = CHANGES.get(command ?? '')
    if (command === 'show') await io.print(show(sys.netlink({ op: 'link-list' }), bridge))
    else if (change && bridge !== undefined) {
      try {
        change(sys, bridge, port ?? '')
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`${command} ${bridge}: ${error.message}\n`)
        return 1
      }
    } else {
      await io.warn(
        command === undefined
          ? 'Usage: brctl [commands]\ncommands: addbr, addif, delbr, delif, show\n'
          : `never heard of command [${command}]\n`,
      )
      return 1
    }
    await io.out.flush()
    return 0
  },
}

export const busyboxBrctl: Program = { ...brctl, name: 'busybox/brctl' }
