import type { Program } from '@drydock/abi'
import { caddy } from './caddy/index.ts'
import { haproxy } from './haproxy/haproxy.ts'
import { httpEcho } from './http-echo.ts'
import { jwilderWhoami } from './jwilder-whoami.ts'
import { traefik } from './traefik/traefik.ts'
import { whoami } from './whoami.ts'

/** Proxies at the edge of a network, and what stands behind them in their lessons. */
export const edgePrograms: readonly Program[] = [caddy, haproxy, httpEcho, jwilderWhoami, traefik, whoami]
