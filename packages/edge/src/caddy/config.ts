/** Caddy's native configuration, as far as it is carried out here. https://caddyserver.com/docs/json */
export interface CaddyConfig {
  readonly admin?: { readonly disabled?: boolean; readonly listen?: string }
  readonly logging?: { readonly logs?: Readonly<Record<string, { readonly level?: string }>> }
  readonly apps?: { readonly http?: HttpApp; readonly tls?: TlsApp }
}

export interface HttpApp {
  readonly http_port?: number
  readonly https_port?: number
  readonly servers?: Readonly<Record<string, HttpServer>>
}

export interface TlsApp {
  readonly automation?: { readonly policies?: readonly object[] }
  readonly certificates?: { readonly load_files?: readonly CertificateFiles[] }
}

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
  readonly tags?: readonly string[]
}

export interface HttpServer {
  readonly listen?: readonly string[]
  readonly routes?: readonly Route[]
  readonly errors?: { readonly routes?: readonly Route[] }
  readonly automatic_https?: {
    readonly disable?: boolean
    readonly disable_redirects?: boolean
    readonly skip?: readonly string[]
  }
  readonly logs?: object
}

export interface Route {
  readonly group?: string
  readonly match?: readonly MatcherSet[]
  readonly handle?: readonly HandlerConfig[]
  readonly terminal?: boolean
}

/** All of them have to fit. */
export type MatcherSet = Readonly<Record<string, unknown>>

export type HandlerConfig = { readonly handler: string } & Readonly<Record<string, unknown>>
