/** Counters for Prometheus. Traefik, "Metrics". */
export class Metrics {
  private readonly requests = new Map<string, number>()
  private readonly services = new Map<string, number>()
  private readonly seconds = new Map<string, { count: number; sum: number }>()
  private reloads = 0
  private lastReloadMs = 0

  reloaded(nowMs: number): void {
    this.reloads++
    this.lastReloadMs = nowMs
  }

  count(entryPoint: string, code: number, method: string, service: string | undefined, tookMs: number): void {
    const labels = `code="${code}",entrypoint="${entryPoint}",method="${method}",protocol="http"`
    this.requests.set(labels, (this.requests.get(labels) ?? 0) + 1)
    const times = this.seconds.get(labels) ?? { count: 0, sum: 0 }
    this.seconds.set(labels, { count: times.count + 1, sum: times.sum + tookMs / 1000 })
    if (service === undefined) return
    const own = `code="${code}",method="${method}",protocol="http",service="${service}"`
    this.services.set(own, (this.services.get(own) ?? 0) + 1)
  }

  text(): string {
    const rows = (name: string, counts: ReadonlyMap<string, number>): string[] =>
      [...counts].map(([labels, count]) => `${name}{${labels}} ${count}`)
    return [
      '# HELP traefik_config_last_reload_success Last config reload success',
      '# TYPE traefik_config_last_reload_success gauge',
      `traefik_config_last_reload_success ${Math.floor(this.lastReloadMs / 1000)}`,
      '# HELP traefik_config_reloads_total Config reloads',
      '# TYPE traefik_config_reloads_total counter',
      `traefik_config_reloads_total ${this.reloads}`,
      '# HELP traefik_entrypoint_request_duration_seconds How long it took to process the request on an entrypoint, partitioned by status code, protocol, and method.',
      '# TYPE traefik_entrypoint_request_duration_seconds histogram',
      ...[...this.seconds].flatMap(([labels, { count, sum }]) => [
        `traefik_entrypoint_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`,
        `traefik_entrypoint_request_duration_seconds_sum{${labels}} ${sum}`,
        `traefik_entrypoint_request_duration_seconds_count{${labels}} ${count}`,
      ]),
      '# HELP traefik_entrypoint_requests_total How many HTTP requests processed on an entrypoint, partitioned by status code, protocol, and method.',
      '# TYPE traefik_entrypoint_requests_total counter',
      ...rows('traefik_entrypoint_requests_total', this.requests),
      '# HELP traefik_service_requests_total How many HTTP requests processed on a service, partitioned by status code, protocol, and method.',
      '# TYPE traefik_service_requests_total counter',
      ...rows('traefik_service_requests_total', this.services),
      '',
    ].join('\n')
  }
}
