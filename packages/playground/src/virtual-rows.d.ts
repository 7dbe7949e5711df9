declare module 'virtual:program-rows' {
  const rows: readonly import('./program-table.ts').ProgramRow[]
  export default rows
}
