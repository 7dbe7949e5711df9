declare module 'virtual:mongosh' {
  /** The shell's script, for node. */
  const script: string
  export default script
}
