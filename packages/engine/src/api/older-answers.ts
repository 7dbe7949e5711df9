import type {
  BuildCacheItem,
  ContainerConfig,
  ContainerInspect,
  ImageInspect,
  ImageSummary,
  SystemInfo,
} from '@drydock/docker-api'
import { shortId } from '../identifiers.ts'
import { isPredefined } from '../networks/network-store.ts'
import type { Change } from './api-version.ts'

// What each version changed in answers that older clients still get as they were. docs: Engine API version history

export const INFO_CHANGES: readonly Change<SystemInfo>[] = [
  { before: '1.46', was: ({ Containerd: _added, ...info }) => info },
  {
    before: '1.47',
    was: (info) => ({
      ...info,
      RegistryConfig: info.RegistryConfig && {
        ...info.RegistryConfig,
        AllowNondistributableArtifactsCIDRs: null,
        AllowNondistributableArtifactsHostnames: null,
      },
    }),
  },
  { before: '1.49', was: ({ FirewallBackend: _added, ...info }) => ({ ...info, ...expectedCommits(info) }) },
  { before: '1.50', was: (info) => ({ ...info, BridgeNfIptables: false, BridgeNfIp6tables: false }) },
]

type Commits = Pick<SystemInfo, 'ContainerdCommit' | 'RuncCommit' | 'InitCommit'>

const expectedCommits = ({ ContainerdCommit, RuncCommit, InitCommit }: Commits): Commits => ({
  ContainerdCommit: { ...ContainerdCommit, Expected: ContainerdCommit.ID },
  RuncCommit: { ...RuncCommit, Expected: RuncCommit.ID },
  InitCommit: { ...InitCommit, Expected: InitCommit.ID },
})

export const CONTAINER_CHANGES: readonly Change<ContainerInspect>[] = [{ before: '1.45', was: withOwnAliases }]

/** On networks of users a container's short id and host name were aliases among those wished for. */
function withOwnAliases(shown: ContainerInspect): ContainerInspect {
  const own = [shortId(shown.Id), shown.Config.Hostname].filter((name) => name !== undefined)
  const networks = Object.entries(shown.NetworkSettings.Networks).map(([name, endpoint]) => {
    const Aliases = [...new Set([...(endpoint.Aliases ?? []), ...own])]
    return [name, isPredefined(name) ? endpoint : { ...endpoint, Aliases }] as const
  })
  return { ...shown, NetworkSettings: { ...shown.NetworkSettings, Networks: Object.fromEntries(networks) } }
}

export const IMAGE_CHANGES: readonly Change<ImageInspect>[] = [
  { before: '1.44', was: (image) => ({ ...image, VirtualSize: image.Size }) },
  { before: '1.45', was: (image) => ({ ...image, ContainerConfig: NO_CONTAINER }) },
  { before: '1.50', was: (image) => ({ ...image, Config: { ...NO_CONTAINER, ...image.Config } }) },
]

/** Of the container that an image was made from nothing is known. */
const NO_CONTAINER: ContainerConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
}

const withNoName = (image: ImageSummary): ImageSummary =>
  image.RepoTags?.length || image.RepoDigests?.length
    ? image
    : { ...image, RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] }

export const IMAGE_LIST_CHANGES: readonly Change<ImageSummary>[] = [
  { before: '1.43', was: withNoName },
  { before: '1.44', was: (image) => ({ ...image, VirtualSize: image.Size }) },
]

export const BUILD_CACHE_CHANGES: readonly Change<BuildCacheItem>[] = [
  { before: '1.42', was: ({ Parents, ...item }) => ({ ...item, Parent: Parents?.[0] ?? '' }) },
]
