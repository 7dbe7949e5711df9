export * from './create-socket.ts'
export * from './socket-description.ts'
