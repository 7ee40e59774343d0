/** One line in so many milliseconds. */
const LINE_EVERY = 3000

/** Training progress on stderr, and a signal that SIGINT raises: the run then ends with a checkpoint. */
export function trainingProgress(): {
  signal: AbortSignal
  report(progress: { stage?: string; step?: number; steps?: number; loss?: number }): void
  stop(): void
} {
  const abort = new AbortController()
  const onSignal = () => abort.abort()
  process.once('SIGINT', onSignal)
  let last = 0
  let stage: string | undefined
  return {
    signal: abort.signal,
    report(progress) {
      const now = performance.now()
      if (progress.stage === stage && now - last < LINE_EVERY) return
      stage = progress.stage
      last = now
      const { step, steps, loss } = progress
      process.stderr.write(step === undefined ? `${stage}\n` : `step ${step} of ${steps}, loss ${loss?.toFixed(3)}\n`)
    },
    stop: () => process.off('SIGINT', onSignal),
  }
}
