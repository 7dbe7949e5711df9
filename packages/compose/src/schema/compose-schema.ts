import { arrayOf, mapOf, object, oneOf, type Schema, typed } from './schema.ts'

/** The Compose specification's schema (compose-spec, schema/compose-spec.json) as a table. */
const TEXT = typed('string')
const SWITCH = typed('boolean', 'string')
const WHOLE = typed('integer', 'string')
const NUMBER = typed('number', 'string')
const ANY_KEY = /^.+$/

const textList = arrayOf(TEXT, true)
const texts = arrayOf(TEXT)
const textOrList = oneOf(TEXT, textList)
const pairs = oneOf(mapOf(typed('string', 'number', 'boolean', 'null'), ANY_KEY), textList)
const options = mapOf(NUMBER, ANY_KEY, { open: true })
const command = oneOf(typed('null'), TEXT, texts)
const extraHosts = oneOf(mapOf(oneOf(TEXT, texts), ANY_KEY), textList)
const within = (low: number, high?: number): Schema =>
  oneOf(TEXT, { types: ['integer'], min: low, ...(high === undefined ? {} : { max: high }) })

const ulimits = mapOf(oneOf(WHOLE, object({ hard: WHOLE, soft: WHOLE }, { required: ['soft', 'hard'] })), /^[a-z]+$/, {
  open: true,
})
const fileReferences = arrayOf(oneOf(TEXT, object({ source: TEXT, target: TEXT, uid: TEXT, gid: TEXT, mode: NUMBER })))
const deviceFields = {
  capabilities: textList,
  count: WHOLE,
  device_ids: textList,
  driver: TEXT,
  options: pairs,
}
const hookFields = { command, user: TEXT, privileged: SWITCH, working_dir: TEXT, environment: pairs }
const hook = object(hookFields, { required: ['command'] })
const firstHook = object({ ...hookFields, image: TEXT, per_replica: SWITCH })

const build = oneOf(
  TEXT,
  object({
    context: TEXT,
    dockerfile: TEXT,
    dockerfile_inline: TEXT,
    entitlements: texts,
    args: pairs,
    ssh: pairs,
    labels: pairs,
    cache_from: texts,
    cache_to: texts,
    no_cache: SWITCH,
    no_cache_filter: textOrList,
    additional_contexts: pairs,
    network: TEXT,
    provenance: SWITCH,
    sbom: SWITCH,
    pull: SWITCH,
    target: TEXT,
    shm_size: WHOLE,
    extra_hosts: extraHosts,
    isolation: TEXT,
    privileged: SWITCH,
    secrets: fileReferences,
    tags: texts,
    ulimits,
    platforms: texts,
  }),
)

const order: Schema = { types: ['string'], words: ['start-first', 'stop-first'] }
const update = object({
  parallelism: WHOLE,
  delay: TEXT,
  failure_action: TEXT,
  monitor: TEXT,
  max_failure_ratio: NUMBER,
  order,
})
const deploy = object(
  {
    mode: TEXT,
    endpoint_mode: TEXT,
    replicas: WHOLE,
    labels: pairs,
    rollback_config: update,
    update_config: update,
    resources: object({
      limits: object({ cpus: NUMBER, memory: TEXT, pids: WHOLE }),
      reservations: object({
        cpus: NUMBER,
        memory: TEXT,
        generic_resources: arrayOf(object({ discrete_resource_spec: object({ kind: TEXT, value: NUMBER }) })),
        devices: arrayOf(object(deviceFields, { required: ['capabilities'] })),
      }),
    }),
    restart_policy: object({ condition: TEXT, delay: TEXT, max_attempts: WHOLE, window: TEXT }),
    placement: object({
      constraints: texts,
      preferences: arrayOf(object({ spread: TEXT })),
      max_replicas_per_node: WHOLE,
    }),
  },
  { types: ['object', 'null'] },
)

const develop = object(
  {
    watch: arrayOf(
      object(
        {
          ignore: textOrList,
          include: textOrList,
          path: TEXT,
          action: { types: ['string'], words: ['rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec'] },
          target: TEXT,
          exec: hook,
          initial_sync: typed('boolean'),
        },
        { required: ['path', 'action'] },
      ),
    ),
  },
  { types: ['object', 'null'] },
)

const healthcheck = object({
  disable: SWITCH,
  interval: TEXT,
  retries: NUMBER,
  test: oneOf(TEXT, texts),
  timeout: TEXT,
  start_period: TEXT,
  start_interval: TEXT,
})

const throttles = arrayOf(object({ path: TEXT, rate: WHOLE }))
const mount = object(
  {
    type: { types: ['string'], words: ['bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'] },
    source: TEXT,
    target: TEXT,
    read_only: SWITCH,
    consistency: TEXT,
    bind: object({
      propagation: TEXT,
      create_host_path: SWITCH,
      recursive: { types: ['string'], words: ['enabled', 'disabled', 'writable', 'readonly'] },
      selinux: { types: ['string'], words: ['z', 'Z'] },
    }),
    volume: object({ labels: pairs, nocopy: SWITCH, subpath: TEXT }),
    tmpfs: object({ size: within(0), mode: NUMBER }),
    image: object({ subpath: TEXT }),
  },
  { required: ['type'] },
)

const dependency = object(
  {
    restart: SWITCH,
    required: typed('boolean'),
    condition: {
      types: ['string'],
      words: ['service_started', 'service_healthy', 'service_completed_successfully'],
    },
  },
  { required: ['condition'] },
)

const endpoint = object({
  aliases: textList,
  interface_name: TEXT,
  ipv4_address: TEXT,
  ipv6_address: TEXT,
  link_local_ips: textList,
  mac_address: TEXT,
  driver_opts: options,
  priority: typed('number'),
  gw_priority: typed('number'),
})

const service = object({
  develop,
  deploy,
  annotations: pairs,
  attach: SWITCH,
  build,
  blkio_config: object({
    device_read_bps: throttles,
    device_read_iops: throttles,
    device_write_bps: throttles,
    device_write_iops: throttles,
    weight: WHOLE,
    weight_device: arrayOf(object({ path: TEXT, weight: WHOLE })),
  }),
  cap_add: textList,
  cap_drop: textList,
  cgroup: { types: ['string'], words: ['host', 'private'] },
  cgroup_parent: TEXT,
  command,
  configs: fileReferences,
  container_name: { types: ['string'], pattern: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/ },
  cpu_count: within(0),
  cpu_percent: within(0, 100),
  cpu_shares: NUMBER,
  cpu_quota: NUMBER,
  cpu_period: NUMBER,
  cpu_rt_period: NUMBER,
  cpu_rt_runtime: NUMBER,
  cpus: NUMBER,
  cpuset: TEXT,
  credential_spec: object({ config: TEXT, file: TEXT, registry: TEXT }),
  depends_on: oneOf(textList, mapOf(dependency)),
  device_cgroup_rules: textList,
  devices: arrayOf(oneOf(TEXT, object({ source: TEXT, target: TEXT, permissions: TEXT }, { required: ['source'] }))),
  dns: textOrList,
  dns_opt: textList,
  dns_search: textOrList,
  domainname: TEXT,
  entrypoint: command,
  env_file: oneOf(
    TEXT,
    arrayOf(oneOf(TEXT, object({ path: TEXT, format: TEXT, required: SWITCH }, { required: ['path'] }))),
  ),
  label_file: oneOf(TEXT, texts),
  environment: pairs,
  expose: arrayOf(typed('string', 'number'), true),
  extends: oneOf(TEXT, object({ service: TEXT, file: TEXT }, { required: ['service'] })),
  provider: object({ type: TEXT, options: { types: ['object'] } }, { required: ['type'] }),
  external_links: textList,
  extra_hosts: extraHosts,
  gpus: oneOf({ types: ['string'], words: ['all'] }, arrayOf(object(deviceFields))),
  group_add: arrayOf(typed('string', 'number'), true),
  healthcheck,
  hostname: TEXT,
  image: TEXT,
  init: SWITCH,
  ipc: TEXT,
  isolation: TEXT,
  labels: pairs,
  links: textList,
  logging: object({ driver: TEXT, options: mapOf(typed('string', 'number', 'null'), ANY_KEY, { open: true }) }),
  mac_address: TEXT,
  mem_limit: NUMBER,
  mem_reservation: WHOLE,
  mem_swappiness: WHOLE,
  memswap_limit: NUMBER,
  network_mode: TEXT,
  models: oneOf(
    textList,
    mapOf(oneOf(object({ endpoint_var: TEXT, model_var: TEXT }), typed('null')), undefined, { open: true }),
  ),
  networks: oneOf(textList, mapOf(oneOf(endpoint, typed('null')))),
  oom_kill_disable: SWITCH,
  oom_score_adj: within(-1000, 1000),
  pid: typed('string', 'null'),
  pids_limit: NUMBER,
  platform: TEXT,
  ports: arrayOf(
    oneOf(
      typed('number'),
      TEXT,
      object({
        name: TEXT,
        mode: TEXT,
        host_ip: TEXT,
        target: WHOLE,
        published: WHOLE,
        protocol: TEXT,
        app_protocol: TEXT,
      }),
    ),
    true,
  ),
  pre_start: arrayOf(firstHook),
  post_start: arrayOf(hook),
  pre_stop: arrayOf(hook),
  privileged: SWITCH,
  profiles: textList,
  pull_policy: {
    types: ['string'],
    pattern: /always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+/,
  },
  pull_refresh_after: TEXT,
  read_only: SWITCH,
  restart: TEXT,
  runtime: TEXT,
  scale: WHOLE,
  security_opt: textList,
  shm_size: NUMBER,
  secrets: fileReferences,
  sysctls: pairs,
  stdin_open: SWITCH,
  stop_grace_period: TEXT,
  stop_signal: TEXT,
  storage_opt: { types: ['object'] },
  tmpfs: textOrList,
  tty: SWITCH,
  ulimits,
  use_api_socket: typed('boolean'),
  user: TEXT,
  uts: TEXT,
  userns_mode: TEXT,
  volumes: arrayOf(oneOf(TEXT, mount), true),
  volumes_from: textList,
  working_dir: TEXT,
})

const external: Schema = { types: ['boolean', 'string', 'object'], fields: { name: TEXT } }
const network = object(
  {
    name: TEXT,
    driver: TEXT,
    driver_opts: options,
    ipam: object({
      driver: TEXT,
      config: arrayOf(object({ subnet: TEXT, ip_range: TEXT, gateway: TEXT, aux_addresses: mapOf(TEXT, ANY_KEY) })),
      options: mapOf(TEXT, ANY_KEY),
    }),
    external,
    internal: SWITCH,
    enable_ipv4: SWITCH,
    enable_ipv6: SWITCH,
    attachable: SWITCH,
    labels: pairs,
  },
  { types: ['object', 'null'] },
)
const volume = object(
  { name: TEXT, driver: TEXT, driver_opts: options, external, labels: pairs },
  { types: ['object', 'null'] },
)
const openExternal: Schema = { types: ['boolean', 'string', 'object'] }
const fileObject = {
  name: TEXT,
  environment: TEXT,
  file: TEXT,
  external: openExternal,
  labels: pairs,
  template_driver: TEXT,
}
const model = object(
  { name: TEXT, model: TEXT, context_size: typed('integer'), runtime_flags: texts },
  { required: ['model'] },
)

export const composeSchema: Schema = object({
  version: TEXT,
  name: TEXT,
  include: arrayOf(oneOf(TEXT, object({ path: textOrList, env_file: textOrList, project_directory: TEXT }))),
  services: mapOf(service),
  models: mapOf(model, undefined, { open: true }),
  networks: mapOf(network, undefined, { open: true }),
  volumes: mapOf(volume),
  secrets: mapOf(object({ ...fileObject, driver: TEXT, driver_opts: options })),
  configs: mapOf(object({ ...fileObject, content: TEXT })),
})
