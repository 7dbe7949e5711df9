export { unavailablePrograms } from './unavailable.ts'
