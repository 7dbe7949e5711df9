// The build, served for the browser tests.
import { serve } from './serve.mjs'

await serve({ port: 4173 })
