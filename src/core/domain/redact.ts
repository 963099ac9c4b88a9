const SECRET_PARAMETER = /([?&;](?:[^=&;#]*(?:pass|pwd|secret|token)[^=&;#]*|authMechanismProperties)=)[^&;#\s]*/gi;
const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

/**
 * A URL (or `user:password@host`) for people: the password, and any query parameter that carries a secret, becomes `***`.
 * It never throws: what is malformed is hidden rather than shown.
 */
export function redactUrl(url: string): string {
  return hideCredentials(url).replace(SECRET_PARAMETER, '$1***');
}

/** Any text, e.g. a driver's error message, with every URL in it redacted; `known` URLs are found whatever they contain. */
export function redactText(text: string, ...known: string[]): string {
  let out = text;
  for (const url of known) if (url !== '') out = out.replaceAll(url, redactUrl(url));
  return out.replace(URL_IN_TEXT, redactUrl);
}

function hideCredentials(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  // A password with an unescaped / ? or # ends the authority too early: then what stands before the last @ is credentials.
  const cutShort = !authority.includes('@') && !/^[^:@]*$|^\[|(^|,)[^:,]+:\d+$/.test(authority);
  const at = authority.includes('@') ? authority.lastIndexOf('@') : cutShort ? rest.lastIndexOf('@') : -1;
  if (at < 0) return url;
  const colon = rest.indexOf(':');
  const hasPassword = colon >= 0 && colon < at;
  // A lone token before the @ is a user name for MongoDB (X.509); elsewhere it may as well be a password.
  const user = hasPassword ? `${rest.slice(0, colon)}:***` : /^mongodb/i.test(scheme) ? rest.slice(0, at) : '***';
  return `${scheme}${user}${rest.slice(at)}`;
}
