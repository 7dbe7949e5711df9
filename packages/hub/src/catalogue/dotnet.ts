import { softwareRepository } from '../rootfs/software.ts'
import type { Repository } from '../rootfs/image-spec.ts'

interface Kind {
  readonly short: string
  readonly description: string
  readonly sizeBytes: number
  readonly compressedBytes: number
  readonly env: readonly string[]
  readonly cmd: readonly string[]
  /** Since 8.0 an account of the image's own listens on 8080. */
  readonly ports: boolean
}

const KNOWN = ['10.0.6', '9.0.14', '8.0.25', '7.0.20', '6.0.36', '5.0.17', '3.1.32']
const major = (version: string): number => Number.parseInt(version, 10)

/** Configuration and files of Microsoft's images; `dotnet` itself is not simulated. */
const dotnetOf = ({ short, description, sizeBytes, compressedBytes, env, cmd, ports }: Kind): Repository =>
  softwareRepository({
    name: `mcr.microsoft.com/dotnet/${short}`,
    description,
    stars: 0,
    known: KNOWN,
    versionVariable: short === 'sdk' ? 'DOTNET_SDK_VERSION' : 'DOTNET_VERSION',
    hasLatest: true,
    env: (all, version) =>
      all
        .filter((pair) => major(version) >= 8 || !/^(APP_UID|ASPNETCORE_HTTP_PORTS)=/.test(pair))
        .map((pair) => (pair.startsWith('ASPNET_VERSION=') ? `ASPNET_VERSION=${version}` : pair)),
    build: (tree) =>
      void tree.mainCommand('dotnet', '/usr/share/dotnet/dotnet').link('/usr/bin/dotnet', '/usr/share/dotnet/dotnet'),
    facts: [
      {
        variant: 'default',
        created: '2026-07-14T17:20:11Z',
        base: 'slim',
        sizeBytes,
        layers: [
          [
            'RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates # buildkit',
            18_500_000,
          ],
          ['COPY /dotnet /usr/share/dotnet # buildkit', compressedBytes],
        ],
        config: {
          Env: [
            'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
            'APP_UID=1654',
            ...(ports ? ['ASPNETCORE_HTTP_PORTS=8080'] : []),
            'DOTNET_RUNNING_IN_CONTAINER=true',
            ...env,
          ],
          Cmd: cmd,
        },
      },
    ],
  })

export const dotnetSdk = dotnetOf({
  short: 'sdk',
  description: '.NET SDK',
  sizeBytes: 855_000_000,
  compressedBytes: 240_000_000,
  env: ['DOTNET_SDK_VERSION=10.0.6', 'DOTNET_USE_POLLING_FILE_WATCHER=true', 'NUGET_XMLDOC_MODE=skip'],
  cmd: ['bash'],
  ports: true,
})
export const dotnetAspnet = dotnetOf({
  short: 'aspnet',
  description: 'ASP.NET Core Runtime',
  sizeBytes: 221_000_000,
  compressedBytes: 44_000_000,
  env: ['DOTNET_VERSION=10.0.6', 'ASPNET_VERSION=10.0.6'],
  cmd: ['bash'],
  ports: true,
})
export const dotnetRuntime = dotnetOf({
  short: 'runtime',
  description: '.NET Runtime',
  sizeBytes: 195_000_000,
  compressedBytes: 32_000_000,
  env: ['DOTNET_VERSION=10.0.6'],
  cmd: ['bash'],
  ports: true,
})
