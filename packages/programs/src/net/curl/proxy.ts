import { type HttpUrl, parseUrl } from '@drydock/http'

interface ProxyOptions {
  readonly proxy: string | undefined
  readonly noproxy: string | undefined
}

/** Who is asked in a host's place: -x, or what the environment says. curl(1), ENVIRONMENT */
export function proxyFor(url: HttpUrl, options: ProxyOptions, env: ReadonlyMap<string, string>): HttpUrl | undefined {
  const except = options.noproxy ?? env.get('no_proxy') ?? env.get('NO_PROXY') ?? ''
  if (isExcepted(url.host, except)) return undefined
  const wanted =
    options.proxy ??
    (url.scheme === 'http' ? env.get('http_proxy') : (env.get('https_proxy') ?? env.get('HTTPS_PROXY'))) ??
    env.get('all_proxy') ??
    env.get('ALL_PROXY')
  if (wanted === undefined || wanted === '') return undefined
  const proxy = parseUrl(wanted)
  // Where no port is named, proxies are at 1080.
  return proxy && !/:\d+\/?$/.test(wanted) ? { ...proxy, port: 1080, authority: `${proxy.host}:1080` } : proxy
}

function isExcepted(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((name) => name === '*' || host === name.replace(/^\./, '') || host.endsWith(`.${name.replace(/^\./, '')}`))
}
