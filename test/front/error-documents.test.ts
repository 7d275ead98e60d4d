import { describe, expect, test } from 'vitest'
import { readErrorDocuments } from '../../src/front/error-documents.js'

const documentOf = (text: string) => readErrorDocuments([['404', text]])(404)

describe('readErrorDocuments()', () => {
  test('tells paths, URLs and texts apart', () => {
    expect(documentOf('/a?b')).toEqual({ kind: 'path', path: '/a?b' })
    expect(documentOf('http://x/')).toEqual({ kind: 'url', url: 'http://x/' })
    expect(documentOf('mailto:a@b')).toEqual({ kind: 'url', url: 'mailto:a@b' })
    expect(documentOf('Note: gone')).toEqual({ kind: 'text', text: Buffer.from('Note: gone') })
    expect(documentOf('weg für immer')).toEqual({
      kind: 'text',
      text: Buffer.from('weg für immer', 'utf8'),
    })
  })

  test('has none for other statuses', () => {
    expect(readErrorDocuments([['404', '/a']])(403)).toBeNull()
  })

  test('takes the last one of a status, which can be the page of the server', () => {
    const pairs = [
      ['404', '/a'],
      ['404', 'Default'],
      ['403', 'default'],
      ['403', '/b'],
    ] as const
    expect(readErrorDocuments(pairs)(404)).toBeNull()
    expect(readErrorDocuments(pairs)(403)).toEqual({ kind: 'path', path: '/b' })
  })

  test('has that of 500 for statuses that Apache does not know', () => {
    expect(readErrorDocuments([['500', '/a']])(418)).toEqual({ kind: 'path', path: '/a' })
  })
})
