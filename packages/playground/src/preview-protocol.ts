/** What the preview's origin needs to know of the playground: the form of a request and of its answer. */
export type {
  BridgeMessage,
  PreviewAnswer,
  PreviewAsk,
  PreviewHead,
  PreviewRequest,
  PreviewResponse,
  SocketInput,
  SocketOutput,
  SocketRequest,
} from './rpc.ts'
