import { pino } from 'pino'
import type { Settings } from '../config.js'

export type Logger = pino.Logger

/** JSON lines on stderr, so that stdout stays for answers. Needs in words are never logged. */
export const makeLogger = (level: Settings['MATCHGRAPH_LOG']): Logger =>
  pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }))
