import type { Program } from '@drydock/abi'
import { haproxy } from './haproxy/haproxy.ts'
import { httpEcho } from './http-echo.ts'
import { jwilderWhoami } from './jwilder-whoami.ts'
import { traefik } from './traefik/traefik.ts'
import { whoami } from './whoami.ts'

/** Proxies at the edge of a network, and what stands behind them in their lessons. */
export const edgePrograms: readonly Program[] = [haproxy, httpEcho, jwilderWhoami, traefik, whoami]
