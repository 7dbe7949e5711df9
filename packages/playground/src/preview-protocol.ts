/** What the preview's origin needs to know of the playground: the form of a request and of its answer. */
export { CANCEL, type PreviewRequest, type PreviewResponse } from './rpc.ts'
