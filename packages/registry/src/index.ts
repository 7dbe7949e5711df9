export { type Access, type AccessController, type Action, repositoryDetail } from './api/access.ts'
export { errorAnswer, type ErrorCode, jsonAnswer } from './api/answers.ts'
export type { DistributionOptions } from './api/call.ts'
export { DistributionApi } from './api/distribution.ts'
export { memoryUploads } from './storage/memory-uploads.ts'
export {
  type Content,
  MissingBlob,
  type RegistryStore,
  type UploadStore,
  WrongDigest,
} from './storage/registry-store.ts'
