import { expect, it } from 'vitest';
import { InputNews } from '../../../src/engine/live-words.ts';

const MINUTE = 60_000_000;

it('says for a minute that a file was rotated, truncated or came back', () => {
  const news = new InputNews();
  expect(news.words(0)).toBe('');
  for (const [event, words] of [
    ['rotated', 'web.log was rotated, reading the new one'],
    ['truncated', 'web.log was truncated, reading from its beginning'],
    ['back', 'web.log is back'],
  ] as const) {
    news.happened(event, '/var/log/web.log', 0);
    expect(news.words(MINUTE - 1)).toBe(words);
    expect(news.words(MINUTE)).toBe('');
  }
});

it('says of a file that is gone that it is, until it is back, whatever happens to others', () => {
  const news = new InputNews();
  news.happened('gone', '/var/log/a.log', 0);
  expect(news.words(60 * MINUTE)).toBe('a.log is gone, waiting for it');
  news.happened('rotated', '/var/log/b.log', 60 * MINUTE);
  expect(news.words(60 * MINUTE)).toContain('b.log was rotated');
  expect(news.words(61 * MINUTE)).toBe('a.log is gone, waiting for it');
  news.happened('back', '/var/log/a.log', 61 * MINUTE);
  expect(news.words(62 * MINUTE)).toBe('');
});
