import { expect, test } from 'vitest'
import { nextBlockSize, smallestBlock } from '../../src/static/block-size.js'

const mega = 1024 * 1024

test.each([
  ['grows for a client that takes it at once', smallestBlock, 0, 2 * smallestBlock],
  ['grows no further than that pays', mega, 0, mega],
  ['stays for a client that takes its time', 4 * smallestBlock, 100, 4 * smallestBlock],
  ['shrinks for a client that takes long', 4 * smallestBlock, 500, 2 * smallestBlock],
  ['shrinks to what it was at first', smallestBlock, 500, smallestBlock],
])('%s', (_, size, milliseconds, next) => {
  expect(nextBlockSize(size, milliseconds)).toBe(next)
})
