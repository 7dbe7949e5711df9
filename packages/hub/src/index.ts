export { type HostRootOptions, hostRootEntries } from './host-root.ts'
export { createHub, type Hub, type HubOptions } from './hub.ts'
export type { HubStore } from './registry/store.ts'
export type { ProgramRow } from './rootfs/program-rows.ts'
