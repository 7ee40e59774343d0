import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Command } from 'commander'
import { Engine } from '../engine/engine.js'
import { makeLogger } from '../http/log.js'
import { mcpServer } from '../http/mcp/server.js'
import { type CommonOptions, common, settingsOf } from './command.js'
import { openEvidence } from './evidence.js'
import { followStore } from './follow.js'
import { keepForgetting } from './forgetting.js'
import { indexWhenEmpty } from './listen.js'
import { engineParts, openHome } from './open.js'

export function register(program: Command): void {
  common(
    program.command('mcp').description('answer an MCP client over standard input and output; logs go to stderr'),
  ).action(async (options: CommonOptions) => {
    const settings = settingsOf(options)
    const opened = await openHome(settings)
    await indexWhenEmpty(opened, settings)
    const log = makeLogger(settings.MATCHGRAPH_LOG)
    const onError = (error: unknown): void => log.error({ err: error })
    const evidence = await openEvidence(opened, settings, onError)
    const engine = await Engine.open(await engineParts(opened), evidence.hook)
    const follower = await followStore(opened.store, engine, evidence.matches, log)
    const stopForgetting = keepForgetting(opened.store.log, settings, log)
    const { matches } = evidence
    const call = () => ({ caller: { address: '127.0.0.1' }, now: Date.now() })
    const server = mcpServer({ engine, matches }, call, onError)
    const stop = async (): Promise<void> => {
      await server.close()
      await follower.close()
      await stopForgetting()
      await evidence.close()
      await opened.close()
      process.exit(0)
    }
    // the client ends a server by closing its input
    process.stdin.once('end', stop)
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    await server.connect(new StdioServerTransport())
  })
}
