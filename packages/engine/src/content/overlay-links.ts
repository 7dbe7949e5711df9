import type { Sys } from '@drydock/abi'
import { sha256 } from '@drydock/codec'
import { makeDirectories, quietly, writeBytes } from '../state/files.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LENGTH = 26

/** The short name of a layer's directory. Made of the name itself: nobody has to keep it. */
const shortNameOf = (name: string): string =>
  [...sha256(new TextEncoder().encode(name)).subarray(0, LENGTH)].map((byte) => ALPHABET[byte & 31]).join('')

/**
 * Leaves beside a layer what overlay2 does, so that one can follow a container's layers by hand: `link` with the short
 * name, which the directory `l` leads from to the files, and `lower` with those below.
 * docs.docker.com/engine/storage/drivers/overlayfs-driver
 *
 * @param overlay  directory of all layers
 * @param name     the layer's directory below it
 * @param lowers   names of the layers below, topmost first
 */
export function linkLayer(sys: Sys, overlay: string, name: string, lowers: readonly string[]): void {
  const link = shortNameOf(name)
  writeBytes(sys, `${overlay}/${name}/link`, link)
  if (lowers.length > 0)
    writeBytes(sys, `${overlay}/${name}/lower`, lowers.map((each) => `l/${shortNameOf(each)}`).join(':'))
  makeDirectories(sys, `${overlay}/l`)
  quietly(() => sys.symlink(`../${name}/diff`, `${overlay}/l/${link}`))
}

/** Marks a layer that changes no more. */
export function commitLayer(sys: Sys, overlay: string, name: string): void {
  writeBytes(sys, `${overlay}/${name}/committed`, '')
}

export const unlinkLayer = (sys: Sys, overlay: string, name: string): void =>
  quietly(() => sys.unlink(`${overlay}/l/${shortNameOf(name)}`))
