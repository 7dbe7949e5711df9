declare module 'virtual:node-guest' {
  /** The memory of a machine that has read the guest side of node: gzip in base64. */
  const memory: string
  export default memory
}
