import cluster from 'node:cluster'
import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { makeLogger } from '../http/log.js'
import { type CommonOptions, common, settingsOf } from './command.js'
import { closeServer, indexWhenEmpty, listenOn, warmUpWhileIdle, welcome } from './listen.js'
import { openHome } from './open.js'
import { openServer } from './server.js'

interface ServeOptions extends CommonOptions {
  port?: string
  host?: string
  workers?: string
}

export function register(program: Command): void {
  common(
    program
      .command('serve')
      .description('answer over HTTP; indexes the shipped catalogue first when the home is empty')
      .option('--port <n>', 'port, 0 picks a free one (default: $MATCHGRAPH_PORT, else 8787)')
      .option('--host <address>', 'address to listen on (default: $MATCHGRAPH_HOST, else 127.0.0.1)')
      .option('--workers <n>', 'processes that search, beside one that writes (default: $MATCHGRAPH_WORKERS, else 0)'),
  ).action(async (options: ServeOptions) => {
    // what a search leaves behind is collected by its own thread: bringing helpers in costs a tenth of its CPU, and more on the clock than they save
    setFlagsFromString('--no-parallel-scavenge')
    const settings = settingsOf(options, {
      MATCHGRAPH_PORT: options.port,
      MATCHGRAPH_HOST: options.host,
      MATCHGRAPH_WORKERS: options.workers,
    })
    if (settings.MATCHGRAPH_WORKERS > 0) {
      const { searchAsWorker, writeForWorkers } = await import('./workers.js')
      await (cluster.isWorker ? searchAsWorker(settings) : writeForWorkers(settings))
      return
    }
    const opened = await openHome(settings)
    await indexWhenEmpty(opened, settings)
    const open = await openServer(opened, settings, makeLogger(settings.MATCHGRAPH_LOG))
    const server = listenOn(open, settings, (address) => welcome(settings.MATCHGRAPH_HOST, address))
    warmUpWhileIdle(server, open)
    const stop = () => closeServer(server, open)
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
}
