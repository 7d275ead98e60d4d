import { describe, expect, test } from 'vitest'
import { pollingWish } from '../../src/watch/polling-wish.js'

describe('pollingWish()', () => {
  test.each([
    [{}, 'where needed'],
    [{ WATCHFILES_FORCE_POLLING: '' }, 'where needed'],
    [{ CHOKIDAR_USEPOLLING: '' }, 'where needed'],
    [{ WATCHFILES_FORCE_POLLING: 'true' }, 'always'],
    [{ WATCHFILES_FORCE_POLLING: '1' }, 'always'],
    // watchfiles knows three words for no, and 0 is none of them.
    [{ WATCHFILES_FORCE_POLLING: '0' }, 'always'],
    [{ WATCHFILES_FORCE_POLLING: 'false' }, 'never'],
    [{ WATCHFILES_FORCE_POLLING: 'Disabled' }, 'never'],
    [{ WATCHFILES_FORCE_POLLING: 'disable' }, 'never'],
    [{ CHOKIDAR_USEPOLLING: '1' }, 'always'],
    [{ CHOKIDAR_USEPOLLING: 'TRUE' }, 'always'],
    [{ CHOKIDAR_USEPOLLING: 'yes' }, 'always'],
    [{ CHOKIDAR_USEPOLLING: '0' }, 'never'],
    [{ CHOKIDAR_USEPOLLING: 'False' }, 'never'],
    [{ CHOKIDAR_USEPOLLING: '0', WATCHFILES_FORCE_POLLING: '1' }, 'always'],
  ])('%j: %s', (env, polls) => {
    expect(pollingWish(env).polls).toBe(polls)
  })

  test('names the variable that says so', () => {
    const env = { CHOKIDAR_USEPOLLING: '1', WATCHFILES_FORCE_POLLING: 'false' }
    expect(pollingWish(env).said).toBe('CHOKIDAR_USEPOLLING=1')
  })

  test.each([
    [{}, null],
    [{ CHOKIDAR_INTERVAL: '1500' }, 1500],
    [{ WATCHFILES_POLL_DELAY_MS: '700' }, 700],
    [{ CHOKIDAR_INTERVAL: '900', WATCHFILES_POLL_DELAY_MS: '700' }, 900],
    [{ CHOKIDAR_INTERVAL: '1' }, 50],
    [{ CHOKIDAR_INTERVAL: 'often' }, null],
    [{ CHOKIDAR_INTERVAL: '-3' }, null],
  ])('pauses as %j says', (env, pause) => {
    expect(pollingWish(env).pause).toBe(pause)
  })
})
