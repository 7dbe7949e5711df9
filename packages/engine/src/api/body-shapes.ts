import { any, bool, list, map, number, type Shape, struct, text, words } from '../go-json/shape.ts'

/** Types of request bodies, named as in moby's api/types. */
const set = map(struct('struct {}', {}))
const labels = map(text)
const texts = list(text)

const health = struct('container.HealthConfig', {
  Test: texts,
  Interval: number('time.Duration'),
  Timeout: number('time.Duration'),
  StartPeriod: number('time.Duration'),
  StartInterval: number('time.Duration'),
  Retries: number('int'),
})
const config = struct('container.Config', {
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: bool,
  AttachStdout: bool,
  AttachStderr: bool,
  ExposedPorts: set,
  Tty: bool,
  OpenStdin: bool,
  StdinOnce: bool,
  Env: texts,
  Cmd: words,
  Healthcheck: health,
  ArgsEscaped: bool,
  Image: text,
  Volumes: set,
  WorkingDir: text,
  Entrypoint: words,
  NetworkDisabled: bool,
  MacAddress: text,
  OnBuild: texts,
  Labels: labels,
  StopSignal: text,
  StopTimeout: number('int'),
  Shell: words,
})
const throttle = list(
  struct('blkiodev.ThrottleDevice', { Path: text, Rate: number('uint64') }),
  '[]*blkiodev.ThrottleDevice',
)
const resources = struct('container.Resources', {
  CpuShares: number(),
  Memory: number(),
  NanoCpus: number(),
  CgroupParent: text,
  BlkioWeight: number('uint16'),
  BlkioWeightDevice: list(
    struct('blkiodev.WeightDevice', { Path: text, Weight: number('uint16') }),
    '[]*blkiodev.WeightDevice',
  ),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: number(),
  CpuQuota: number(),
  CpuRealtimePeriod: number(),
  CpuRealtimeRuntime: number(),
  CpusetCpus: text,
  CpusetMems: text,
  Devices: list(
    struct('container.DeviceMapping', { PathOnHost: text, PathInContainer: text, CgroupPermissions: text }),
  ),
  DeviceCgroupRules: texts,
  DeviceRequests: list(
    struct('container.DeviceRequest', {
      Driver: text,
      Count: number('int'),
      DeviceIDs: texts,
      Capabilities: list(texts),
      Options: labels,
    }),
  ),
  MemoryReservation: number(),
  MemorySwap: number(),
  MemorySwappiness: number(),
  OomKillDisable: bool,
  PidsLimit: number(),
  Ulimits: list(struct('units.Ulimit', { Name: text, Hard: number(), Soft: number() }), '[]*units.Ulimit'),
  CpuCount: number(),
  CpuPercent: number(),
  IOMaximumIOps: number('uint64'),
  IOMaximumBandwidth: number('uint64'),
})
const bindings = map(list(struct('nat.PortBinding', { HostIp: text, HostPort: text })), 'nat.PortMap')
const restart = struct('container.RestartPolicy', { Name: text, MaximumRetryCount: number('int') })
const mount = struct('mount.Mount', {
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: bool,
  Consistency: text,
  BindOptions: struct('mount.BindOptions', {
    Propagation: text,
    NonRecursive: bool,
    CreateMountpoint: bool,
    ReadOnlyNonRecursive: bool,
    ReadOnlyForceRecursive: bool,
  }),
  VolumeOptions: struct('mount.VolumeOptions', {
    NoCopy: bool,
    Labels: labels,
    Subpath: text,
    DriverConfig: struct('mount.Driver', { Name: text, Options: labels }),
  }),
  ImageOptions: struct('mount.ImageOptions', { Subpath: text }),
  TmpfsOptions: struct('mount.TmpfsOptions', {
    SizeBytes: number(),
    Mode: number('fs.FileMode'),
    Options: list(texts),
  }),
})
const host = struct(
  'container.HostConfig',
  {
    Binds: texts,
    ContainerIDFile: text,
    LogConfig: struct('container.LogConfig', { Type: text, Config: labels }),
    NetworkMode: text,
    PortBindings: bindings,
    RestartPolicy: restart,
    AutoRemove: bool,
    VolumeDriver: text,
    VolumesFrom: texts,
    ConsoleSize: list(number('uint'), '[2]uint'),
    Annotations: labels,
    CapAdd: words,
    CapDrop: words,
    CgroupnsMode: text,
    Dns: texts,
    DnsOptions: texts,
    DnsSearch: texts,
    ExtraHosts: texts,
    GroupAdd: texts,
    IpcMode: text,
    Cgroup: text,
    Links: texts,
    OomScoreAdj: number('int'),
    PidMode: text,
    Privileged: bool,
    PublishAllPorts: bool,
    ReadonlyRootfs: bool,
    SecurityOpt: texts,
    StorageOpt: labels,
    Tmpfs: labels,
    UTSMode: text,
    UsernsMode: text,
    ShmSize: number(),
    Sysctls: labels,
    Runtime: text,
    Isolation: text,
    Mounts: list(mount),
    MaskedPaths: texts,
    ReadonlyPaths: texts,
    Init: bool,
  },
  { Resources: resources },
)
const endpoint = struct('network.EndpointSettings', {
  IPAMConfig: struct('network.EndpointIPAMConfig', { IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts }),
  Links: texts,
  Aliases: texts,
  MacAddress: text,
  DriverOpts: labels,
  GwPriority: number('int'),
  NetworkID: text,
  EndpointID: text,
  Gateway: text,
  IPAddress: text,
  IPPrefixLen: number('int'),
  IPv6Gateway: text,
  GlobalIPv6Address: text,
  GlobalIPv6PrefixLen: number('int'),
  DNSNames: texts,
})

export const CONTAINER_CREATE: Shape = struct(
  'container.CreateRequest',
  {
    HostConfig: host,
    NetworkingConfig: struct('network.NetworkingConfig', {
      EndpointsConfig: map(endpoint, 'map[string]*network.EndpointSettings'),
    }),
  },
  { Config: config },
)
export const CONTAINER_CONFIG: Shape = config
export const CONTAINER_UPDATE: Shape = struct(
  'container.UpdateConfig',
  { RestartPolicy: restart },
  { Resources: resources },
)
export const EXEC_CREATE: Shape = struct('container.ExecOptions', {
  User: text,
  Privileged: bool,
  Tty: bool,
  ConsoleSize: list(number('uint'), '[2]uint'),
  AttachStdin: bool,
  AttachStderr: bool,
  AttachStdout: bool,
  DetachKeys: text,
  Env: texts,
  WorkingDir: text,
  Cmd: texts,
})
export const EXEC_START: Shape = struct('container.ExecStartOptions', {
  Detach: bool,
  Tty: bool,
  ConsoleSize: list(number('uint'), '[2]uint'),
})
export const NETWORK_CREATE: Shape = struct('network.CreateRequest', {
  Name: text,
  CheckDuplicate: bool,
  Driver: text,
  Scope: text,
  EnableIPv4: bool,
  EnableIPv6: bool,
  IPAM: struct('network.IPAM', {
    Driver: text,
    Options: labels,
    Config: list(
      struct('network.IPAMConfig', { Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: labels }),
    ),
  }),
  Internal: bool,
  Attachable: bool,
  Ingress: bool,
  ConfigOnly: bool,
  ConfigFrom: struct('network.ConfigReference', { Network: text }),
  Options: labels,
  Labels: labels,
})
export const NETWORK_CONNECT: Shape = struct('network.ConnectOptions', { Container: text, EndpointConfig: endpoint })
export const NETWORK_DISCONNECT: Shape = struct('network.DisconnectOptions', { Container: text, Force: bool })
export const VOLUME_CREATE: Shape = struct('volume.CreateOptions', {
  Name: text,
  Driver: text,
  DriverOpts: labels,
  Labels: labels,
  ClusterVolumeSpec: any,
})
export const AUTH: Shape = struct('registry.AuthConfig', {
  username: text,
  password: text,
  auth: text,
  serveraddress: text,
  identitytoken: text,
  registrytoken: text,
})
