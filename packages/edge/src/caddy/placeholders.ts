/** Short names of the Caddyfile. https://caddyserver.com/docs/caddyfile/concepts#placeholders */
const SHORT: Readonly<Record<string, string>> = {
  dir: 'http.request.uri.path.dir',
  file: 'http.request.uri.path.file',
  host: 'http.request.host',
  hostport: 'http.request.hostport',
  port: 'http.request.port',
  method: 'http.request.method',
  path: 'http.request.uri.path',
  query: 'http.request.uri.query',
  remote: 'http.request.remote',
  remote_host: 'http.request.remote.host',
  remote_port: 'http.request.remote.port',
  scheme: 'http.request.scheme',
  uri: 'http.request.uri',
  uuid: 'http.request.uuid',
  upstream_hostport: 'http.reverse_proxy.upstream.hostport',
  'err.status_code': 'http.error.status_code',
  'err.status_text': 'http.error.status_text',
  'err.message': 'http.error.message',
  client_ip: 'http.vars.client_ip',
}
const FAMILIES: readonly (readonly [from: RegExp, to: string])[] = [
  [/^header\.(.+)$/, 'http.request.header.$1'],
  [/^query\.(.+)$/, 'http.request.uri.query.$1'],
  [/^cookie\.(.+)$/, 'http.request.cookie.$1'],
  [/^labels\.(\d+)$/, 'http.request.host.labels.$1'],
  [/^rp\.(.+)$/, 'http.reverse_proxy.$1'],
  [/^path\.(\d+)$/, 'http.request.uri.path.$1'],
  [/^vars\.(.+)$/, 'http.vars.$1'],
  [/^re\.(.+)$/, 'http.regexp.$1'],
  [/^file_match\.(.+)$/, 'http.matchers.file.$1'],
]

/** The Caddyfile's short names as the configuration has them. */
export const longPlaceholders = (text: string): string =>
  text.replaceAll(/\{([a-z_]+(?:\.[\w.-]+)?)\}/g, (whole, name: string) => {
    const short = SHORT[name]
    if (short !== undefined) return `{${short}}`
    const family = FAMILIES.find(([from]) => from.test(name))
    return family ? `{${name.replace(family[0], family[1])}}` : whole
  })

/** @param valueOf undefined for a name that is none: it stands as it is */
export const filled = (text: string, valueOf: (name: string) => string | undefined): string =>
  text.includes('{')
    ? text.replaceAll(/\{([\w.-]+(?:\[[^\]]*\])?)\}/g, (whole, name: string) => valueOf(name) ?? whole)
    : text
