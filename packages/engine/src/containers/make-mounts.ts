import type { DaemonParts } from '../daemon-parts.ts'
import { randomId } from '../identifiers.ts'
import { invalid } from '../problem.ts'
import { exists, makeDirectories } from '../state/files.ts'
import { copyUp } from '../volumes/copy-up.ts'
import { ANONYMOUS_LABEL } from '../volumes/volume-store.ts'
import type { Container } from './container.ts'
import { type MountWish, mountWishes } from './mount-specs.ts'
import type { MountRecord } from './record.ts'
import { lowerDirectories } from './rootfs.ts'

/** Turns wishes into mounts: makes volumes and what -v lacks on the host. @throws Problem */
export function makeMounts(parts: DaemonParts, container: Container): MountRecord[] {
  const { hostConfig, record } = container
  const wishes = mountWishes(hostConfig, Object.keys(record.Config.Volumes ?? {}))
  const own = wishes.map((wish) => MAKERS[wish.type](parts, container, wish))
  const inherited = (hostConfig.VolumesFrom ?? []).flatMap((from) => mountsFrom(parts, from))
  const taken = new Set(own.filter(({ anonymous }) => !anonymous).map(({ destination }) => destination))
  const others = new Map(inherited.map((mount) => [mount.destination, mount]))
  return [
    ...own.filter(({ destination, anonymous }) => !(anonymous && others.has(destination))),
    ...[...others.values()].filter(({ destination }) => !taken.has(destination)),
  ]
}

type Maker = (parts: DaemonParts, container: Container, wish: MountWish) => MountRecord

const MAKERS: Readonly<Record<MountWish['type'], Maker>> = {
  bind({ sys }, _container, { source, destination, strict, readOnly, mode, propagation = 'rprivate' }) {
    if (!exists(sys, source)) {
      if (strict) throw invalid(`invalid mount config for type "bind": bind source path does not exist: ${source}`)
      makeDirectories(sys, source)
    }
    return { type: 'bind', source, destination, mode, rw: !readOnly, propagation }
  },

  volume(parts, container, wish) {
    const anonymous = wish.source === ''
    const volume = parts.volumes.create({
      Name: anonymous ? randomId(parts.sys) : wish.source,
      ...(wish.driver || container.hostConfig.VolumeDriver
        ? { Driver: wish.driver || container.hostConfig.VolumeDriver || '' }
        : {}),
      ...(wish.driverOptions ? { DriverOpts: wish.driverOptions } : {}),
      ...(anonymous ? { Labels: { [ANONYMOUS_LABEL]: '' } } : wish.labels ? { Labels: wish.labels } : {}),
    })
    if (!wish.noCopy && !wish.subpath) fillVolume(parts, container, wish.destination, volume.Mountpoint)
    return {
      type: 'volume',
      name: volume.Name,
      source: volume.Mountpoint,
      destination: wish.destination,
      driver: 'local',
      mode: wish.mode || (wish.strict ? '' : 'z'),
      rw: !wish.readOnly,
      ...(anonymous ? { anonymous: true } : {}),
      ...(wish.subpath ? { subpath: wish.subpath } : {}),
    }
  },

  tmpfs: (_parts, _container, { destination, readOnly, tmpfsOptions = '', tmpfsFlags }) => ({
    type: 'tmpfs',
    source: '',
    destination,
    mode: '',
    rw: !readOnly,
    tmpfsOptions,
    ...(tmpfsFlags !== undefined ? { tmpfsFlags } : {}),
  }),
}

/** The topmost layer that has the directory fills a fresh volume. Lower ones add what it lacks. */
function fillVolume(
  { sys, places, images }: DaemonParts,
  container: Container,
  destination: string,
  target: string,
): void {
  for (const lower of lowerDirectories(places, images, container)) copyUp(sys, `${lower}/${destination}`, target)
}

function mountsFrom({ containers }: DaemonParts, text: string): MountRecord[] {
  const colon = text.indexOf(':')
  const [reference, mode] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  if (!['', 'ro', 'rw', 'z', 'Z'].includes(mode)) throw invalid(`invalid mode: ${mode}`)
  const container = containers.peek(reference)
  // What is wrong is the wish, not the address that was asked: a client would take "not found" for a missing image.
  if (!container) throw invalid(`No such container: ${reference}`)
  const { record } = container
  return record.Mounts.map((mount) => (mode === 'ro' ? { ...mount, rw: false } : mount))
}
