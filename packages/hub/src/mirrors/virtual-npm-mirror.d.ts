/** Written when the application is built, by tools/npm-mirror.mjs. */
declare module 'virtual:npm-mirror' {
  const packages: readonly import('./npm-mirror.ts').MirroredPackage[]
  export default packages
}
