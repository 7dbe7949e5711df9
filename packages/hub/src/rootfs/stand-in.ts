import type { ExecutionConfig } from '@drydock/oci'
import { configSteps, layer, type Repository } from './image-spec.ts'
import type { Tree } from './tree.ts'

/** An image of one binary whose program here is a stand-in. */
export interface StandIn {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly tags: readonly string[]
  readonly created: string
  readonly by: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly build: (tree: Tree) => void
  readonly config: ExecutionConfig
}

export function standIn(image: StandIn): Repository {
  const { name, description, stars, tags, created, by, compressedBytes, sizeBytes, build, config } = image
  return {
    ...{ name, description, stars, tags },
    image(tag) {
      if (!tags.includes(tag) && !/^v?\d+(\.\d+)*(-alpine)?$/.test(tag)) return undefined
      const spec = {
        ...{ id: name, compressedBytes, sizeBytes, created, build, mergedUsr: false, flavour: 'busybox' as const },
        bulk: [`/usr/lib/${name.split('/').pop() ?? name}.bin`],
      }
      return { created, config, steps: [layer(by, spec), ...configSteps(created, config)] }
    },
  }
}

/** A shell and what is used most, where an image has no more than that. */
export const busyboxShell = (tree: Tree): Tree =>
  tree.commands('ash cat ls ps wget id env sleep').link('/bin/sh', 'ash')

/**
 * The entrypoint of an image whose software is not simulated: what would start it says so, anything else runs.
 * @param commands first words that mean the software; options and nothing at all do, too
 */
export const standInFor = (software: string, ...commands: readonly string[]): string => `#!/bin/sh
case "\${1:--}" in
-* | ${commands.join(' | ')})
    echo "${software}: this program is not simulated here yet" >&2
    exit 1
    ;;
esac
exec "$@"
`

/** tini, as far as containers without orphans need it: options, then the command. */
export const TINI = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do
    word=$1
    shift
    [ "$word" = -- ] && break
done
exec "$@"
`
