import { readFileSync } from 'node:fs';
import { XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';

export interface JunitCase {
  suite: string;
  name: string;
  /** failure, error, skipped, or null where it passed. */
  outcome: string | null;
  type: string | null;
  text: string;
}

const XSD = readFileSync(new URL('./junit.xsd', import.meta.url), 'utf8');

/** The cases of a JUnit report, once libxml2 has validated it and its numbers add up. @throws where it is none */
export function parseJunit(xml: string): JunitCase[] {
  const schema = XmlDocument.fromString(XSD);
  const validator = XsdValidator.fromDoc(schema);
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    const suites = elementsIn(document.root);
    const cases = suites.flatMap((suite) => {
      const own = elementsIn(suite).map((testcase) => caseOf(testcase, attribute(suite, 'name') ?? ''));
      expectNumbers(suite, own);
      return own;
    });
    expectNumbers(document.root, cases);
    return cases;
  } finally {
    document.dispose();
    validator.dispose();
    schema.dispose();
  }
}

function caseOf(testcase: XmlElement, suite: string): JunitCase {
  const outcome = elementsIn(testcase).find((child) => child.name !== 'system-out');
  const said = elementsIn(testcase).find((child) => child.name === 'system-out');
  return {
    suite,
    name: attribute(testcase, 'name') ?? '',
    outcome: outcome?.name ?? null,
    type: outcome === undefined ? null : attribute(outcome, 'type'),
    text: outcome === undefined ? (said?.content ?? '') : (attribute(outcome, 'message') ?? ''),
  };
}

function expectNumbers(element: XmlElement, cases: readonly JunitCase[]): void {
  const count = (outcome: string) => cases.filter((one) => one.outcome === outcome).length;
  const wanted = { tests: cases.length, failures: count('failure'), errors: count('error') };
  for (const [name, n] of Object.entries(wanted))
    if (attribute(element, name) !== String(n))
      throw new Error(`${element.name} says ${name}=${attribute(element, name)}, but there are ${n}`);
}

function elementsIn(element: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let child = element.firstChild; child !== null; child = child.next)
    if (child instanceof XmlElement) found.push(child);
  return found;
}

function attribute(element: XmlElement, name: string): string | null {
  return element.attr(name)?.value ?? null;
}
