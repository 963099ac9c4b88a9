import type { ChangeKind } from './change.js';
import { type Change, type Digest, digestOf, type Line, type Message, mostUrgentFirst } from './message.js';
import { escapeHtml, escapeSlack, oneLine, slackCode } from './text.js';

/** Machines are told of no more than this in one message. */
export const MOST_TOLD = 1000;
/** The version of the webhook's body: higher when something in it changes its meaning or goes. */
export const WEBHOOK_VERSION = 1;

/** The body of a webhook. Dates are ISO text. @param most changes in it; `omitted` says how many more there are */
export function webhookPayload(message: Message, most = MOST_TOLD): Record<string, unknown> {
  const { event, id, generatedAt, platform, changes } = message;
  const told = mostUrgentFirst(changes).slice(0, most);
  const of = (kind: ChangeKind) => told.filter((change) => change.kind === kind).map(plainChange);
  return {
    event,
    version: WEBHOOK_VERSION,
    id,
    generatedAt: generatedAt.toISOString(),
    platform,
    summary: digestOf(message).subject,
    counts: countsOf(changes),
    new: of('new'),
    worse: of('worse'),
    resolved: of('resolved'),
    omitted: changes.length - told.length,
  };
}

/** How many of each kind. */
export function countsOf(changes: readonly Change[]): Record<ChangeKind, number> {
  const counts = { new: 0, worse: 0, resolved: 0 };
  for (const { kind } of changes) counts[kind] += 1;
  return counts;
}

function plainChange(change: Change): Record<string, unknown> {
  const { severity, code, companyId, companyName, message, evidence, since, resolvedAt, command } = change;
  const dates = { since: since.toISOString(), resolvedAt: resolvedAt?.toISOString() ?? null };
  return { severity, code, companyId, companyName, message, evidence, ...dates, command };
}

/** The body of Slack's incoming webhooks: blocks, and `text` for notifications and for programs that know no blocks. */
export function slackPayload(message: Message): Record<string, unknown> {
  const digest = digestOf(message);
  const lines = digest.lines.map((line) => {
    const command = slackCode(oneLine(line.command, MOST_OF_A_LINE));
    return `${slackLine(line)}\n${escapeSlack(line.when)} · ${command}`;
  });
  const more = digest.more === null ? [] : [escapeSlack(digest.more)];
  const subject = escapeSlack(digest.subject);
  return {
    text: [subject, ...digest.lines.map(slackLine), ...more].join('\n'),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      section(`*${subject}*`),
      ...lines.map(section),
      ...more.map(section),
      { type: 'context', elements: [slackText(escapeSlack(digest.footer))] },
    ],
  };
}

/** Slack takes 3,000 characters a block, and escaping makes up to five of one. */
const MOST_OF_A_LINE = 250;
const slackLine = ({ label, text }: Line) => `${label}  ${escapeSlack(oneLine(text, MOST_OF_A_LINE))}`;
/** `verbatim`: no name is made a link. */
const slackText = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string) => ({ type: 'section', text: slackText(text) });

/** An e-mail's subject and its two bodies. */
export function emailParts(message: Message): { subject: string; text: string; html: string } {
  const digest = digestOf(message);
  return { subject: digest.subject, text: plainText(digest).join('\n'), html: html(digest) };
}

/** A message as lines of plain text, without its subject. */
export function digestLines({ lines, more }: Digest): string[] {
  return [
    ...lines.flatMap(({ label, text, when, command }) => [`${label}  ${text}`, `    ${when} · ${command}`]),
    ...(more === null ? [] : [more]),
  ];
}

function plainText(digest: Digest): string[] {
  return [digest.subject, '', ...digestLines(digest), '', digest.footer, ''];
}

function html({ subject, lines, more, footer }: Digest): string {
  const item = ({ label, text, when, command }: Line) =>
    `<li><b>${escapeHtml(label)}</b> ${escapeHtml(text)}<br>${escapeHtml(when)} · <code>${escapeHtml(command)}</code></li>`;
  return [
    '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>',
    `<p><b>${escapeHtml(subject)}</b></p>`,
    `<ul>${lines.map(item).join('')}</ul>`,
    ...(more === null ? [] : [`<p>${escapeHtml(more)}</p>`]),
    `<p><small>${escapeHtml(footer)}</small></p>`,
    '</body></html>',
  ].join('\n');
}
