import { CLONE_NEWNET, type IpvlanMode, isErrno, type LinkInfo, type MacvlanMode, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { insideNamespaces } from '../runtime/launch.ts'
import { Problem } from '../problem.ts'
import { joinInside, type Plug6 } from './bridge-driver.ts'
import type { NetworkRecord } from './network-record.ts'

/** Networks whose containers are on the wire of one of the host's interfaces: macvlan and ipvlan. */
export type SharingDriver = 'macvlan' | 'ipvlan'
export const isSharing = (driver: string): driver is SharingDriver => driver === 'macvlan' || driver === 'ipvlan'

/** Without a parent Docker makes a dummy interface of this name, and the network is an internal one. */
export const dummyParent = (id: string, driver: SharingDriver): string =>
  `${driver === 'macvlan' ? 'dm' : 'di'}-${id.slice(0, 12)}`

const MODES: Readonly<Record<SharingDriver, readonly string[]>> = {
  macvlan: ['bridge', 'private', 'vepa', 'passthru'],
  ipvlan: ['l2', 'l3', 'l3s'],
}
const DEFAULT_MODE: Readonly<Record<SharingDriver, string>> = { macvlan: 'bridge', ipvlan: 'l2' }

/** @throws Problem for a mode there is not */
export function checkMode(driver: SharingDriver, options: Readonly<Record<string, string>>): void {
  const mode = options[`${driver}_mode`]
  if (mode === undefined || mode === '') return
  if (MODES[driver].includes(mode)) return
  throw new Problem(
    'system',
    `requested ${driver} mode '${mode}' is not valid, '${DEFAULT_MODE[driver]}' mode is the ${driver} driver default`,
  )
}

const links = (sys: Sys): readonly LinkInfo[] => sys.netlink({ op: 'link-list' })

/** The parent is there, or is made: a tagged one from `eth0.50`, a dummy for a network without. @throws Problem */
export function makeParent(sys: Sys, { parent = '', id, driver }: NetworkRecord): void {
  if (links(sys).some(({ name }) => name === parent)) return
  if (isSharing(driver) && parent === dummyParent(id, driver)) {
    sys.netlink({ op: 'link-add', name: parent, kind: 'dummy' })
    return sys.netlink({ op: 'link-set', name: parent, up: true })
  }
  const [below = '', tag = '', more] = parent.split('.')
  if (tag === '' || more !== undefined || !/^\d+$/.test(tag))
    throw new Problem('system', `invalid subinterface vlan name ${parent}, example formatting is eth0.10`)
  if (!links(sys).some(({ name }) => name === below))
    throw new Problem('system', `failed to find master interface ${below} on the Docker host: Link not found`)
  try {
    sys.netlink({ op: 'link-add', name: parent, kind: 'vlan', parent: below, tag: Number(tag) })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Problem('system', `failed to create ${parent} vlan link: ${error.message.toLowerCase()}`)
  }
  sys.netlink({ op: 'link-set', name: parent, up: true })
}

/** What was made for the network goes with it. */
export function removeParent(sys: Sys, { parent = '', id, driver }: NetworkRecord): void {
  const link = links(sys).find(({ name }) => name === parent)
  const made = link?.kind === 'vlan' || (isSharing(driver) && parent === dummyParent(id, driver))
  if (link && made) sys.netlink({ op: 'link-delete', name: parent })
}

export interface SharingPlug {
  readonly network: NetworkRecord
  /** With prefix length. */
  readonly address: string
  readonly mac: string
  readonly gateway: string | undefined
  readonly six?: Plug6 | undefined
}

/** A device on the parent's wire, in the network namespace of process `pid`. */
export function plugIntoWire(sys: Sys, pid: number, { network, address, mac, gateway, six }: SharingPlug): void {
  const name = `${network.driver.slice(0, 3)}${toHex(sys.entropy.bytes(4)).slice(0, 7)}`
  const parent = network.parent ?? ''
  const isRouted = /^l3s?$/.test(network.options.ipvlan_mode ?? '')
  try {
    addSharer(sys, network, { name, parent, mac })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Problem('system', `failed to create the ${network.driver} port: ${error.message.toLowerCase()}`)
  }
  sys.netlink({ op: 'link-move', name, pid })
  insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () => {
    const inside = joinInside(sys, name, address, isRouted ? undefined : gateway, { six })
    if (isRouted) sys.netlink({ op: 'route-add', route: { destination: 'default', dev: inside } })
  })
}

function addSharer(
  sys: Sys,
  { driver, options }: NetworkRecord,
  { name, parent, mac }: { readonly name: string; readonly parent: string; readonly mac: string },
): void {
  if (driver === 'macvlan') {
    const mode = (options.macvlan_mode || DEFAULT_MODE.macvlan) as MacvlanMode
    sys.netlink({ op: 'link-add', name, kind: 'macvlan', parent, mode, mac })
    return
  }
  const mode = (options.ipvlan_mode || DEFAULT_MODE.ipvlan) as IpvlanMode
  sys.netlink({ op: 'link-add', name, kind: 'ipvlan', parent, mode })
}
