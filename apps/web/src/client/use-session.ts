import type { HostGauge, SessionView, StorageState } from '@drydock/playground/rpc'
import { useSyncExternalStore } from 'react'
import type { SessionClient } from './session-client.ts'

/** The session as it is laid out; drawn again when a host, a port or a moment comes or goes. */
export const useSessionView = (client: SessionClient): SessionView | undefined =>
  useSyncExternalStore(client.subscribe, client.snapshot)

export const useStorage = (client: SessionClient): StorageState =>
  useSyncExternalStore(client.subscribe, client.storage)

/** How hard a host works: only what shows it is drawn again with it. */
export const useGauge = (client: SessionClient, host: string): HostGauge =>
  useSyncExternalStore(client.subscribe, () => client.gauge(host))
