/** For the application's worker entries: the foreign side of `node`. */
export { runQuickJs, type QuickJsHost } from '@drydock/node/quickjs'
