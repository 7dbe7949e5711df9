#!/usr/bin/env node
// Starts the command from its sources.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { commandBundle } from '../../../tools/command-bundle.mjs'

// A server is asked the same few things from its first second on: its code shall not start in the interpreter.
if (process.argv[2] === 'serve') setFlagsFromString('--always-sparkplug')
const { main } = await import(pathToFileURL(join(await commandBundle(), 'drydock.mjs')).href)
process.exitCode = await main(process.argv.slice(2))
