#!/usr/bin/env node
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import zlib from 'node:zlib'

type Program = typeof import('./program.js')

const BUNDLE = new URL('./bundle/program.cjs', import.meta.url)
const CHECKSUM_BYTES = 4

/** Without a command, the server: `npx matchgraph` in an empty folder is a first answer. */
const args = process.argv.slice(2)
if (args.length === 0) args.push('serve')
const { main } = fs.existsSync(BUNDLE) ? bundled(args[0]!) : await import('./program.js')
await main(args)

/**
 * The program out of its bundle, with what V8 compiled of it when the same command ended the last time: compiling is most of a short run. That
 * is kept beside the bundle where this process may write there, and goes with it when it is made anew.
 */
function bundled(command: string): Program {
  const file = fileURLToPath(BUNDLE)
  const kept = `${file}.${command}`
  const cachedData = compiledBefore(kept)
  const script = new Script(fs.readFileSync(file, 'latin1'), {
    filename: BUNDLE.href,
    cachedData,
  })
  if (!cachedData || script.cachedDataRejected) {
    process.once('exit', (code) => {
      if (code === 0) keep(kept, script.createCachedData())
    })
  }
  const module = { exports: {} as Program }
  const load = (name: string) => import(name)
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file), load)
  return module.exports
}

/** V8 looks whether it was made by the same V8 of the same source, but crashes over bytes that a disk changed: hence a checksum. */
function compiledBefore(kept: string): Buffer | undefined {
  if (!fs.existsSync(kept)) return undefined
  const bytes = fs.readFileSync(kept)
  const compiled = bytes.subarray(CHECKSUM_BYTES)
  return bytes.length > CHECKSUM_BYTES && bytes.readUInt32LE() === zlib.crc32(compiled) ? compiled : undefined
}

function keep(kept: string, compiled: Buffer): void {
  const checksum = Buffer.alloc(CHECKSUM_BYTES)
  checksum.writeUInt32LE(zlib.crc32(compiled))
  const temporary = `${kept}.${process.pid}`
  try {
    fs.writeFileSync(temporary, Buffer.concat([checksum, compiled]))
    fs.renameSync(temporary, kept)
  } catch {
    // a program that may not write where it is installed compiles each time
    fs.rmSync(temporary, { force: true })
  }
}
