import type { AuthConfig } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { Image } from '../images/image-store.ts'
import type { ProgressStream } from '../images/progress.ts'
import { planPull, runPull } from '../images/pull.ts'
import { familiarString, parseReference, withDefaultTag } from '../images/reference.ts'

const HUB = 'https://index.docker.io/v1/'

/** What X-Registry-Config says for a registry. */
const authFor = (auths: Readonly<Record<string, AuthConfig>>, domain: string): AuthConfig | undefined =>
  auths[domain === 'docker.io' ? HUB : domain]

/**
 * The image of FROM or --from; one that is not here, or that `pull` asks for, is pulled.
 * @throws Problem not found, system, invalid
 */
export async function baseImage(
  parts: DaemonParts,
  name: string,
  options: { readonly pull: boolean; readonly platform: string; readonly auths: Readonly<Record<string, AuthConfig>> },
  progress: ProgressStream,
): Promise<Image> {
  const here = parts.images.find(name)
  if (here && (!options.pull || isId(here, name)) && fits(here, options.platform)) return here
  const reference = withDefaultTag(parseReference(name))
  const plan = await planPull(parts, reference, authFor(options.auths, reference.domain), options.platform)
  await runPull(parts, plan, progress)
  return parts.images.require(familiarString(reference))
}

const isId = ({ id }: Image, name: string): boolean => id.slice(7).startsWith(name.replace(/^sha256:/, ''))

const fits = ({ document }: Image, platform: string): boolean => {
  const [os = '', architecture = ''] = platform.split('/')
  return platform === '' || (os === document.os && (architecture === '' || architecture === document.architecture))
}
