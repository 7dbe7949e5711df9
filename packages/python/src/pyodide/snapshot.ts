/** As much of Emscripten's module as is used here. */
export interface EmscriptenModule {
  readonly API: { restoreSnapshot: (snapshot: Uint8Array) => unknown }
  readonly HEAP32: Int32Array
  readonly __PyRuntime: number
  readonly __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: number
}
export type CreateModule = (settings: object) => Promise<EmscriptenModule>

/**
 * The memory of a started interpreter was taken where it was built, and in it stands by which function C calls through
 * pointers of other types: one of WebAssembly, or one of JavaScript where that is too old. It is this machine's that
 * counts, since nothing can wait while JavaScript stands between.
 */
export const keepTrampoline =
  (create: CreateModule): CreateModule =>
  async (settings) => {
    const module = await create(settings)
    const restore = module.API.restoreSnapshot
    module.API.restoreSnapshot = (snapshot) => {
      const offset = module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4] ?? 0
      const at = (module.__PyRuntime + offset) / 4
      const own = module.HEAP32[at] ?? 0
      const restored = restore(snapshot)
      module.HEAP32[at] = own
      return restored
    }
    return module
  }
