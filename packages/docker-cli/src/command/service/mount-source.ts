import type { Mount } from '@drydock/docker-api'
import { absolute } from '../container/volume-flags.ts'

/** Sources that begin with a dot are of the working directory. */
export const absoluteMounts = (mounts: readonly Mount[], cwd: string): Mount[] =>
  mounts.map((mount) => (mount.Source?.startsWith('.') ? { ...mount, Source: absolute(mount.Source, cwd) } : mount))
