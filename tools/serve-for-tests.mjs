// The build, served for the browser tests.
import { serve } from './serve.mjs'

await serve({ port: Number(process.env.DRYDOCK_TEST_PORT ?? 4173) })
