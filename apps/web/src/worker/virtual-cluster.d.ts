declare module 'virtual:postgres-cluster' {
  /** The address of a gzipped tar archive. */
  const url: string
  export default url
}
