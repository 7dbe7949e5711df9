/**
 * Other registries than the Hub that lessons pull from: host -> what their repositories are called here. A name that
 * ends with a slash stands for all below it.
 */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docker.elastic.co': {
    'elasticsearch/elasticsearch': 'library/elasticsearch',
    'elasticsearch/elasticsearch-oss': 'library/elasticsearch',
    'kibana/kibana': 'library/kibana',
    'logstash/logstash': 'library/logstash',
  },
  'gcr.io': { 'cadvisor/cadvisor': 'google/cadvisor' },
  'ghcr.io': { 'google/cadvisor': 'google/cadvisor' },
  // Its repositories have the host's name in the catalogue.
  'mcr.microsoft.com': {},
  'mirror.gcr.io': { 'library/': 'library/', '': '' },
  'public.ecr.aws': { 'docker/library/': 'library/' },
  'quay.io': {
    'prometheus/alertmanager': 'prom/alertmanager',
    'prometheus/node-exporter': 'prom/node-exporter',
    'prometheus/prometheus': 'prom/prometheus',
  },
}

export const OTHER_REGISTRIES: readonly string[] = Object.keys(ELSEWHERE)

/** The path of a request to another registry, as it is to the Hub's: a repository that is not here has the host's name. */
export function hubPath(host: string, path: string): string {
  const [, name = '', rest = ''] = /^\/v2\/(.+)(\/(?:manifests|blobs|tags)\/.*)$/.exec(path) ?? []
  if (name === '') return path
  for (const [theirs, ours] of Object.entries(ELSEWHERE[host] ?? {})) {
    if (theirs === name) return `/v2/${ours}${rest}`
    if ((theirs === '' || theirs.endsWith('/')) && name.startsWith(theirs))
      return `/v2/${ours}${name.slice(theirs.length)}${rest}`
  }
  return `/v2/${host}/${name}${rest}`
}
