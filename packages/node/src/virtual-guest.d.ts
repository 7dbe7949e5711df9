declare module 'virtual:node-guest' {
  /** The guest side of node as one script. */
  const source: string
  export default source
}
