export * from './net-namespace.ts'
export * from './netlink.ts'
export * from './network.ts'
export * from './proc-net.ts'
