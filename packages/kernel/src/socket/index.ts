export * from './create-socket.ts'
export * from './socket-description.ts'
export { UnixStreamSocket } from './unix-stream.ts'
