import { defineConfig } from 'vitest/config'

const project = (name: string, extra: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    testTimeout: process.env.FUZZ_RUNS ? 3_600_000 : 60_000,
    hookTimeout: 120_000,
    ...extra,
  },
})

export default defineConfig({
  test: {
    // two workers: native indexes and worker threads inside the tests want the other cores
    maxWorkers: 2,
    coverage: { include: ['src/**/*.{ts,tsx}', 'indexer/**/*.ts'], reporter: ['json', 'text-summary'] },
    projects: [
      project('unit'),
      project('contract'),
      project('http'),
      project('cli'),
      project('browser', { fileParallelism: false }),
    ],
  },
})
