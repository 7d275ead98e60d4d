import { expect, test } from 'vitest'
import { InProgress, type Listed } from '../../src/front/in-progress.js'

test('InProgress keeps what was added and not deleted, in whatever order', () => {
  const list = new InProgress<Listed & { name: string }>()
  const members = ['a', 'b', 'c', 'd'].map(name => ({ name, place: -1 }))
  for (const member of members) list.add(member)
  list.delete(members[1]!)
  list.delete(members[1]!)
  list.delete(members[3]!)
  expect(list.size).toBe(2)
  expect(
    list
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'c'])
  list.add(members[1]!)
  expect(
    list
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'b', 'c'])
})
