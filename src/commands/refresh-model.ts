import { reembed } from '../../indexer/reembed.js'
import { AppError } from '../core/errors.js'
import { type CommonOptions, settingsOf } from './command.js'
import { openHome } from './open.js'
import { progressReporter } from './progress.js'

/**
 * Embeds the home's catalogue with the model that is in use now and publishes it, when the index is of another model.
 * @throws AppError `conflict` while another index run is at work
 */
export async function refreshModel(options: CommonOptions): Promise<void> {
  const opened = await openHome(settingsOf(options))
  try {
    const generation = await opened.store.catalogue.generation()
    if (!generation || generation.model === opened.embedder.model) return
    const lock = await opened.store.tryLock('indexer')
    if (!lock) {
      throw new AppError(
        'conflict',
        'An index run is at work; when it is done, run "matchgraph index" to take over the new model.',
      )
    }
    const progress = progressReporter()
    try {
      await reembed(opened, { now: Date.now(), onProgress: progress.report })
    } finally {
      progress.stop()
      await lock.release()
    }
  } finally {
    await opened.close()
  }
}
