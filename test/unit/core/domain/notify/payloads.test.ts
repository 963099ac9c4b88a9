import { describe, expect, it } from 'vitest';
import { type Change, digestOf, type Message, subjectOf } from '../../../../../src/core/domain/notify/message.js';
import { emailParts, slackPayload, webhookPayload } from '../../../../../src/core/domain/notify/payloads.js';
import { escapeSlack, oneLine } from '../../../../../src/core/domain/notify/text.js';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const change = (companyName: string | null, more: Partial<Change> = {}): Change => ({
  kind: 'new',
  severity: 'warning',
  code: 'BUDGET_CACHE',
  companyId: companyName,
  companyName,
  message: 'Cache budget 90.0% used',
  evidence: { percentUsed: 90 },
  since: at(0),
  resolvedAt: null,
  command: `rcm budget get ${companyName}`,
  ...more,
});
const message = (...changes: Change[]): Message => ({
  event: 'rcm.alerts',
  id: 'id-1',
  generatedAt: at(5),
  platform: { store: '/var/rcm.db', redis: '127.0.0.1:6379' },
  changes,
});
const resolved = (name: string, more: Partial<Change> = {}) =>
  change(name, { kind: 'resolved', message: null, evidence: null, resolvedAt: at(4), ...more });
interface Slack {
  text: string;
  blocks: { type: string; text?: { text: string; type: string; verbatim: boolean } }[];
}
const slack = (...changes: Change[]) => slackPayload(message(...changes)) as unknown as Slack;

describe('a message for people', () => {
  it('what is wrong first, the critical of it before all; what is over last', () => {
    const digest = digestOf(
      message(
        resolved('over', { severity: 'critical' }),
        change('b'),
        change('late', { severity: 'critical', since: at(3), kind: 'worse' }),
        change(null, { severity: 'critical', message: 'Redis is full' }),
      ),
    );
    expect(digest.subject).toBe('rcm: 2 critical, 1 warning, 1 resolved');
    expect(digest.lines.map(({ label, text, when }) => `${label} | ${text} | ${when}`)).toEqual([
      '🔴 critical | Redis is full | since 2026-03-01 12:00 UTC',
      '🔴 critical | late: Cache budget 90.0% used | worse, since 2026-03-01 12:03 UTC',
      '🟡 warning | b: Cache budget 90.0% used | since 2026-03-01 12:00 UTC',
      '✅ resolved | over: BUDGET_CACHE | from 2026-03-01 12:00 UTC to 2026-03-01 12:04 UTC',
    ]);
    expect(digest.footer).toBe('Sent by rcm at 2026-03-01 12:05 UTC · 127.0.0.1:6379, /var/rcm.db');
  });

  it('one change is its own subject; what this run did not see is told by its code', () => {
    expect(subjectOf(message(change('Acme', { severity: 'critical' })))).toBe(
      'rcm: critical: Acme: Cache budget 90.0% used',
    );
    expect(subjectOf(message(change('Acme', { message: null })))).toBe('rcm: warning: Acme: BUDGET_CACHE');
    expect(subjectOf(message(resolved('Acme')))).toBe('rcm: resolved: Acme: BUDGET_CACHE');
    expect(subjectOf({ ...message(), event: 'rcm.test' })).toContain('test message');
  });

  it('twenty are shown, and how many are not', () => {
    const many = Array.from({ length: 32 }, (_, i) => change(`c${String(i).padStart(2, '0')}`));
    const digest = digestOf(message(...many));
    expect(digest.lines).toHaveLength(20);
    expect(digest.more).toBe('and 12 more: rcm alerts');
    expect(digestOf(message(...many.slice(0, 20))).more).toBeNull();
    expect(slackPayload(message(...many)).blocks).toHaveLength(23);
    expect(emailParts(message(...many)).text).toContain('\nand 12 more: rcm alerts\n');
  });
});

describe('names stay text', () => {
  it('in one line: no break, no character that turns it around, not without end', () => {
    expect(oneLine('a\r\nBcc: x\0\u2028\u202e')).toBe('a\\x0d\\x0aBcc: x\\x00\\u2028\\u202e');
    expect(oneLine('Söhne 😀')).toBe('Söhne 😀');
    expect(oneLine('😀'.repeat(500), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(subjectOf(message(change(`a\r\nBcc: x${'y'.repeat(999)}`)))).toMatch(
      /^rcm: warning: a\\x0d\\x0aBcc: xy{100,130}…$/,
    );
  });

  it('in Slack: nobody is called, nothing is a link, bold or code', () => {
    const names = ['<!channel>', '*x*', '_x_', '~x~', '`x`', '<https://evil.example|click>', '&lt;!here&gt;'];
    const { text, blocks } = slack(...names.map((name) => change(name)));
    const shown = [text, ...blocks.flatMap((block) => (block.text ? [block.text.text] : []))].join('\n');
    expect(shown).not.toMatch(/<|>/);
    expect(shown).not.toMatch(/&(?!amp;|lt;|gt;)/);
    expect(shown).not.toMatch(/[*_~]x[*_~]: /);
    expect(shown).toContain('&lt;!channel&gt;');
    expect(shown).toContain('&amp;lt;!here&amp;gt;');
    expect(escapeSlack('*x*')).toBe('\u200b*\u200bx\u200b*\u200b');
    // What a reader of Slack sees is the name.
    const plain = escapeSlack(names.join(' '))
      .replaceAll('\u200b', '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    expect(plain).toBe(names.join(' '));
    expect(blocks.every((block) => block.text === undefined || block.text.verbatim)).toBe(true);
  });

  it('where others take Slack’s messages: a name calls nobody, and is no link', () => {
    const names = ['@channel', 'x @all y', '@everyone', '[click](https://evil.example)', '![x](https://evil.example)'];
    const { text } = slack(...names.map((name) => change(name)));
    expect(text).not.toMatch(/@[a-z]|\]\(/);
    expect(text.replaceAll('\u200b', '')).toContain('![x](https://evil.example)');
  });

  it('in Slack: no block is over its 3,000 characters, no command leaves its code', () => {
    const { blocks } = slack(
      change('&'.repeat(5000), { message: '<'.repeat(5000), command: `rcm budget get '${'&'.repeat(5000)}'` }),
    );
    for (const block of blocks) expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(3000);
    const ticks = slack(change('a', { command: 'rcm budget get `*bold*`' })).blocks[1]?.text?.text ?? '';
    expect(ticks).toContain('\u200b*\u200bbold\u200b*\u200b');
  });

  it('in HTML: no element, no attribute', () => {
    const { html, text } = emailParts(message(change('<img src=x onerror="a">\'&'), change('b')));
    expect(html).not.toMatch(/<img/);
    expect(html).toContain('&#60;img src=x onerror=&#34;a&#34;&#62;&#39;&#38;');
    expect(text).toContain('<img src=x onerror="a">\'&: Cache budget 90.0% used');
  });
});

describe('a webhook', () => {
  it('has all there is, by kind, as plain JSON', () => {
    const body = JSON.parse(
      JSON.stringify(
        webhookPayload(message(change('a'), change('b', { kind: 'worse', severity: 'critical' }), resolved('c'))),
      ),
    );
    expect(body).toEqual({
      event: 'rcm.alerts',
      version: 1,
      id: 'id-1',
      generatedAt: '2026-03-01T12:05:00.000Z',
      platform: { store: '/var/rcm.db', redis: '127.0.0.1:6379' },
      summary: 'rcm: 1 critical, 1 warning, 1 resolved',
      counts: { new: 1, worse: 1, resolved: 1 },
      new: [
        {
          severity: 'warning',
          code: 'BUDGET_CACHE',
          companyId: 'a',
          companyName: 'a',
          message: 'Cache budget 90.0% used',
          evidence: { percentUsed: 90 },
          since: '2026-03-01T12:00:00.000Z',
          resolvedAt: null,
          command: 'rcm budget get a',
        },
      ],
      worse: [expect.objectContaining({ companyId: 'b', severity: 'critical' })],
      resolved: [expect.objectContaining({ companyId: 'c', resolvedAt: '2026-03-01T12:04:00.000Z', message: null })],
      omitted: 0,
    });
  });

  it('of more than a thousand changes the most urgent, and how many are left out', () => {
    const many = [
      ...Array.from({ length: 1200 }, (_, i) => change(`c${i}`)),
      change('worst', { severity: 'critical' }),
    ];
    const body = webhookPayload(message(...many));
    expect(body).toMatchObject({ omitted: 201, counts: { new: 1201 } });
    expect((body.new as Change[])[0]?.companyId).toBe('worst');
    expect(body.new).toHaveLength(1000);
  });
});
