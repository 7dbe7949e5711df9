/** Wheels that were fetched when the application was built, see tools/python-wheels.mjs. */
declare module 'virtual:python-wheels' {
  const wheels: readonly { readonly file: string; readonly sha256: string; readonly bytes: string }[]
  export default wheels
}
