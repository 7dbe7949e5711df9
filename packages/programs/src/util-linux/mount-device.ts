import { isErrno, isRegular, type Sys } from '@drydock/abi'
import { deviceByTag, mountPointOf } from './disk-file.ts'
import { setUpLoop } from './losetup.ts'

interface Device {
  readonly path: string
  readonly readOnly: boolean
}

const valueOf = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word === name || word.startsWith(`${name}=`))?.slice(name.length + 1)

/**
 * The device to mount: what LABEL= or UUID= names, or a loop device for an image, as mount(8) sets one up by itself.
 * @param place  the mount point as it was given
 */
export async function deviceFor(
  sys: Sys,
  given: string,
  place: string,
  words: readonly string[],
): Promise<Device | { readonly failure: string }> {
  if (/^(?:LABEL|UUID|PARTUUID|PARTLABEL)=/.test(given)) {
    const path = await deviceByTag(sys, given)
    return path === undefined ? { failure: `mount: ${place}: can't find ${given}.\n` } : deviceOf(sys, path)
  }
  const loop = valueOf(words, 'loop')
  if (loop === undefined && !isImage(sys, given)) return deviceOf(sys, given)
  try {
    if ((await mountPointOf(sys, given)) !== undefined)
      return { failure: `mount: ${place}: ${sys.realpath(given)} is already mounted.\n` }
    const number = /^\/dev\/loop(\d+)$/.exec(loop ?? '')?.[1]
    const path = await setUpLoop(sys, given, {
      number: number === undefined ? undefined : Number(number),
      readOnly: words.includes('ro'),
      offset: Number(valueOf(words, 'offset') ?? 0),
      sizeLimit: Number(valueOf(words, 'sizelimit') ?? 0),
      autoClear: true,
    })
    return deviceOf(sys, path, words.includes('ro'))
  } catch (error) {
    if (!isErrno(error)) throw error
    return { failure: `mount: ${place}: failed to setup loop device for ${given}.\n` }
  }
}

/** A device that could not be mounted is given back, where mount had set it up. */
export async function releaseDevice(sys: Sys, given: string, path: string): Promise<void> {
  const device = (await sys.block({ op: 'list' })).find(({ name }) => `/dev/${name}` === path)
  if (device?.loop?.autoClear && given !== path) await sys.block({ op: 'loop-clear', number: device.minor })
}

async function deviceOf(sys: Sys, path: string, readOnly = false): Promise<Device> {
  const device = (await sys.block({ op: 'list' })).find(({ name }) => `/dev/${name}` === path)
  return { path: realpath(sys, path), readOnly: !readOnly && (device?.readOnly ?? false) }
}

function realpath(sys: Sys, path: string): string {
  try {
    return sys.realpath(path)
  } catch (error) {
    if (isErrno(error)) return path
    throw error
  }
}

function isImage(sys: Sys, path: string): boolean {
  try {
    return isRegular(sys.stat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
