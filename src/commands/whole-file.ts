import fs from 'node:fs/promises'

/**
 * Gives `file` all of what `write` puts into it, or nothing: the work is done under another name and renamed when it is on disk, so that a
 * killed command leaves what was there. Where there is something that is no file (`/dev/null`, a pipe) it is written to as it stands.
 */
export async function writeWhole(file: string, write: (part: string) => Promise<void>): Promise<void> {
  const there = await fs.stat(file).catch(() => undefined)
  if (there && !there.isFile()) return write(file)
  const part = `${file}.part`
  await fs.rm(part, { force: true })
  try {
    await write(part)
    const handle = await fs.open(part, 'r+')
    await handle.sync().finally(() => handle.close())
    await fs.rename(part, file)
  } catch (error) {
    await fs.rm(part, { force: true })
    throw error
  }
}
