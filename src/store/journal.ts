import fs from 'node:fs'
import path from 'node:path'

/**
 * Lines that must survive a crash of the process but need not wait for the disk: appended to a file without fsync, one write a line
 * (about 5 µs). Two files take turns, so that one can be emptied once its lines are safe elsewhere.
 */
export class Journal {
  private readonly files: [string, string]
  private current = 0
  private descriptor: number | undefined

  constructor(folder: string) {
    fs.mkdirSync(folder, { recursive: true })
    this.files = [path.join(folder, 'journal-0.jsonl'), path.join(folder, 'journal-1.jsonl')]
  }

  /** The lines a former process has left. A last line without its end is what a crash cut off: it was never acknowledged. */
  leftover(): string[] {
    return this.files.flatMap((file) => {
      if (!fs.existsSync(file)) return []
      const lines = fs.readFileSync(file, 'utf8').split('\n')
      lines.pop()
      return lines
    })
  }

  append(line: string): void {
    this.descriptor ??= fs.openSync(this.files[this.current]!, 'a')
    fs.writeSync(this.descriptor, `${line}\n`)
  }

  /** Goes on in the other file; the answered function empties this one, to be called when its lines are safe elsewhere. */
  turn(): () => void {
    const old = this.files[this.current]!
    this.close()
    this.current = 1 - this.current
    return () => fs.rmSync(old, { force: true })
  }

  clear(): void {
    this.close()
    for (const file of this.files) fs.rmSync(file, { force: true })
  }

  close(): void {
    if (this.descriptor !== undefined) fs.closeSync(this.descriptor)
    this.descriptor = undefined
  }
}
