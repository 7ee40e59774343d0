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

/**
 * What V8 compiled of a source, in a file. V8 looks whether it was made by the same V8, but knows the source by its length alone, and crashes over
 * bytes that a disk changed: hence a checksum over both.
 */
class Compiled {
  private readonly file: string
  private readonly source: Buffer

  constructor(file: string, source: Buffer) {
    this.file = file
    this.source = source
  }

  read(): Buffer | undefined {
    let bytes: Buffer
    try {
      bytes = fs.readFileSync(this.file)
    } catch {
      // not there, or not for this user: it is compiled again
      return undefined
    }
    const compiled = bytes.subarray(CHECKSUM_BYTES)
    return bytes.length > CHECKSUM_BYTES && bytes.readUInt32LE() === this.checksum(compiled) ? compiled : undefined
  }

  write(compiled: Buffer): void {
    const checksum = Buffer.alloc(CHECKSUM_BYTES)
    checksum.writeUInt32LE(this.checksum(compiled))
    const temporary = `${this.file}.${process.pid}`
    try {
      fs.writeFileSync(temporary, Buffer.concat([checksum, compiled]), { mode: 0o644 })
      fs.renameSync(temporary, this.file)
    } catch {
      // a program that may not write where it is installed compiles each time
      fs.rmSync(temporary, { force: true })
    }
  }

  private checksum(compiled: Buffer): number {
    return zlib.crc32(compiled, zlib.crc32(this.source))
  }
}

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
  const source = fs.readFileSync(file)
  const kept = new Compiled(`${file}.${command}`, source)
  const cachedData = kept.read()
  const script = new Script(source.toString('latin1'), { filename: BUNDLE.href, cachedData })
  if (!cachedData || script.cachedDataRejected) {
    process.once('exit', (code) => {
      if (code === 0) kept.write(script.createCachedData())
    })
  }
  const module = { exports: {} as Program }
  const load = (name: string) => import(name)
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file), load)
  return module.exports
}
