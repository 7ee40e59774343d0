import { Command } from 'commander'
import { vi } from 'vitest'

/** Runs a command in this process; gives what it printed and its exit code. Rejects with the error that the edge would render. */
export async function runCommand(
  modules: readonly { register(program: Command): void }[],
  ...args: string[]
): Promise<{ out: string; err: string; code: number }> {
  const printed = { out: '', err: '' }
  const catching = (stream: NodeJS.WriteStream, where: 'out' | 'err') =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed[where] += text
      return true
    })
  const spies = [catching(process.stdout, 'out'), catching(process.stderr, 'err')]
  try {
    const program = new Command().exitOverride()
    for (const one of modules) one.register(program)
    process.exitCode = undefined
    await program.parseAsync(['node', 'matchgraph', ...args])
    return { ...printed, code: Number(process.exitCode ?? 0) }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.exitCode = undefined
  }
}
