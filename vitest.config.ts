import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests start real processes and send signals: each file gets a process of its own.
    pool: 'forks',
    // The smallest machine that runs the gate has two cores, and most tests wait for processes most of the time.
    maxWorkers: 4,
    testTimeout: 30_000,
    // The first test to ask for a Django site waits until its template is made.
    hookTimeout: 60_000,
    retry: 0,
  },
})
