/** Written when the application is built, by tools/program-rows.mjs. */
declare module 'virtual:program-rows' {
  const rows: readonly import('./program-table.ts').ProgramRow[]
  export default rows
}
declare module 'virtual:program-rooms' {
  /** A room and the names of its programs, with blanks between them. */
  const rooms: readonly (readonly [import('./program-table.ts').Room, string])[]
  export default rooms
}
declare module 'virtual:host-image' {
  const template: string
  export default template
}
