/** For tools/program-rows.mjs: what is worked out when the application is built. */
export { programsByRoom } from './all-programs.ts'
export { hostImageTemplate } from './host-image-template.ts'
