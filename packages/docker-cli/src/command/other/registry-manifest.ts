import type { Cli } from '@drydock/cli-plugin'

interface Distribution {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number }
  readonly Platforms: readonly { readonly architecture: string; readonly os: string; readonly variant?: string }[]
}

/** What the registry has under a name, asked through the engine: GET /distribution/{name}/json. @throws ApiError */
export async function manifestText(cli: Cli, name: string, raw: boolean): Promise<string> {
  const path = `/distribution/${name.split('/').map(encodeURIComponent).join('/')}/json`
  const { Descriptor, Platforms } = await cli.client.transport.json<Distribution>({ method: 'GET', path })
  if (raw)
    return `${JSON.stringify({ mediaType: Descriptor.mediaType, digest: Descriptor.digest, size: Descriptor.size })}\n`
  const plain = name.includes('/') ? name : `library/${name}`
  const full = plain.includes(':') ? plain : `${plain}:latest`
  const head = `Name:      docker.io/${full}\nMediaType: ${Descriptor.mediaType}\nDigest:    ${Descriptor.digest}\n`
  const platforms = Platforms.map(
    ({ os, architecture, variant }) => `  Platform:  ${os}/${architecture}${variant ? `/${variant}` : ''}\n`,
  )
  return `${head}           \nManifests: \n${platforms.join('\n')}`
}
