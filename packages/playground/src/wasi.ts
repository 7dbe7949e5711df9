/** For the application's worker entries: the foreign side of `wasi`. */
export { runWasi, type WasiHost } from '@drydock/wasi/runner'
