/* A filter expression -> a test that tells which reports are wanted.
 *
 *     filter  = choice { "," choice }          loosest
 *     choice  = both { "or" both }
 *     both    = single { "and" single }
 *     single  = "not" single | "(" filter ")" | word      tightest
 *
 * The same expressions, with the same answers and faults, as in the mails. A tree is an array:
 * ["tag", key], ["by", address], ["mentor", address], ["untagged"], ["everything"],
 * ["not", tree], ["and", tree …], ["or", tree …].
 */

const DEEPEST = 30;
const LONGEST = 2000;
const MEANT = new Set(["and", "or", "not", "untagged", "everything"]);
const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const OPEN = "(（", CLOSE = ")）", COMMAS = ",;，、،؛；", COLONS = ":：";
const BLANKS = new RegExp(`[${BLANK}]+`, "u");
const BEFORE = new RegExp(`[${BLANK}]*`, "uy");
const SHAPES = [
  ["open", new RegExp(`[${OPEN}]`, "uy")],
  ["close", new RegExp(`[${CLOSE}]`, "uy")],
  ["comma", new RegExp(`[${COMMAS}]`, "uy")],
  ["straight", /"((?:[^"]|"")*)"/uy],
  ["curly", /[“„”]([^“”"]*)[“”"]/uy],
  ["unclosed", /["“„”]/uy],
  ["prefix", new RegExp(`(by|mentor)[${BLANK}]*[${COLONS}]`, "iuy")],
  ["word", new RegExp(`([^${BLANK}"“„”${OPEN}${CLOSE}${COMMAS}]+)`, "uy")],
];
const MARKS = { open: "(", close: ")", comma: "," };

/* Letters whose case folding is neither their small letter nor that of their capital. */
const FOLDED = new Map([["ı", "ı"], ["ẞ", "ss"]]);

export class FilterFault extends Error {
  constructor(message, column) {
    super(message);
    this.column = column;
  }
}

export function fold(text) {
  let folded = "";
  for (const letter of text) {
    const code = letter.codePointAt(0);
    if (FOLDED.has(letter)) folded += FOLDED.get(letter);
    else if (code < 128) folded += letter.toLowerCase();
    /* Cherokee folds to its capitals. */
    else if (code >= 0x13f8 && code <= 0x13fd) folded += String.fromCodePoint(code - 8);
    else if (code >= 0xab70 && code <= 0xabbf) folded += String.fromCodePoint(code - 0x97d0);
    else if (code >= 0x13a0 && code <= 0x13f5) folded += letter;
    else for (const capital of letter.toUpperCase()) folded += capital.toLowerCase();
  }
  return folded;
}

export function key(tag) {
  let folded = tag;
  for (let time = 0; time < 3; time++) folded = fold(folded).normalize("NFKC");
  const visible = folded.replace(/[\p{Cf}\p{Cc}]/gu, "").replace(/[#_-]/g, " ");
  return visible.split(BLANKS).filter(Boolean).join("-");
}

export function plain(name) {
  const bare = fold(name).normalize("NFKD").replace(/\p{Mn}/gu, "").replaceAll("_", " ");
  return bare.split(BLANKS).filter(Boolean).join(" ");
}

export function parse(expression, names) {
  const say = (name, values = {}) =>
    (names.words?.[name] ?? name).replace(/\{(\w+)\}/g, (_, value) => values[value]);
  const length = [...expression].length;
  if (length > LONGEST) throw new FilterFault(say("long", { count: LONGEST }), LONGEST + 1);
  const tokens = [...read(expression, say)];
  if (tokens[0].kind === "end") return ["everything"];
  return new Parser(tokens, names, say).whole();
}

function* read(expression, say) {
  let at = 0;
  for (;;) {
    BEFORE.lastIndex = at;
    at += BEFORE.exec(expression)[0].length;
    const column = [...expression.slice(0, at)].length + 1;
    if (at === expression.length) {
      yield { kind: "end", text: "", column };
      return;
    }
    for (const [shape, pattern] of SHAPES) {
      pattern.lastIndex = at;
      const found = pattern.exec(expression);
      if (!found) continue;
      if (shape === "unclosed") throw new FilterFault(say("quote"), column);
      yield token(shape, found[1] ?? found[0], column);
      at += found[0].length;
      break;
    }
  }
}

function token(shape, text, column) {
  if (shape === "straight") return { kind: "quoted", text: text.replaceAll('""', '"'), column };
  if (shape === "curly") return { kind: "quoted", text, column };
  const folded = fold(text);
  if (shape === "prefix") return { kind: `${folded}:`, text: `${text}:`, column };
  if (shape === "word" && MEANT.has(folded)) return { kind: folded, text, column };
  return { kind: MARKS[shape] ?? shape, text, column };
}

class Parser {
  constructor(tokens, names, say) {
    this.tokens = tokens;
    this.names = names;
    this.say = say;
    this.at = 0;
    this.depth = 0;
  }

  get token() {
    return this.tokens[this.at];
  }

  whole() {
    const found = this.choices();
    if (this.token.kind !== "end") throw this.unexpected("more");
    return found;
  }

  choices() {
    return this.separated(",", "or", () => this.separated("or", "or", () => this.both()));
  }

  both() {
    return this.separated("and", "and", () => this.single());
  }

  separated(separator, joined, one) {
    const parts = [one()];
    while (this.token.kind === separator) {
      this.at += 1;
      parts.push(one());
    }
    return parts.length > 1 ? [joined, ...parts] : parts[0];
  }

  single() {
    const token = this.token;
    if (this.depth > DEEPEST) {
      throw new FilterFault(this.say("deep", { count: DEEPEST }), token.column);
    }
    this.at += 1;
    switch (token.kind) {
      case "not":
        return this.negated();
      case "(":
        return this.grouped();
      case "word":
      case "quoted":
        return this.tagged(token);
      case "untagged":
      case "everything":
        return [token.kind];
      case "by:":
      case "mentor:":
        return this.person(token);
    }
    this.at -= 1;
    throw this.unexpected("tag");
  }

  negated() {
    this.depth += 1;
    const inner = this.single();
    this.depth -= 1;
    return ["not", inner];
  }

  grouped() {
    this.depth += 1;
    const inner = this.choices();
    if (this.token.kind !== ")") throw this.unexpected("closing");
    this.at += 1;
    this.depth -= 1;
    return inner;
  }

  tagged(token) {
    const found = key(token.text);
    if (!found) {
      throw new FilterFault(this.say("tag", { found: this.shown(token) }), token.column);
    }
    const meant = this.names.meanings;
    return ["tag", Object.hasOwn(meant, found) ? meant[found] : found];
  }

  person(prefix) {
    const token = this.token;
    if (token.kind !== "word" && token.kind !== "quoted") {
      const told = { prefix: prefix.kind, found: this.shown(token) };
      throw new FilterFault(this.say("no name", told), token.column);
    }
    this.at += 1;
    if (token.kind === "word" && fold(token.text) === "me") {
      throw new FilterFault(this.say("me"), token.column);
    }
    const by = prefix.kind === "by:";
    const found = find(by ? this.names.people : this.names.mentors, token.text);
    if (found.length === 1) return [by ? "by" : "mentor", found[0][0]];
    throw new FilterFault(this.whom(token, found), token.column);
  }

  whom(token, found) {
    const name = this.shown(token);
    if (!found.length) return this.say("nobody", { name });
    return this.say("several people", { name, names: listed(found) });
  }

  unexpected(expected) {
    const before = this.tokens[Math.max(this.at - 1, 0)], here = this.token;
    const words = ["word", "quoted"];
    if (this.at && words.includes(before.kind) && words.includes(here.kind)) {
      return this.sideBySide(before, here);
    }
    return new FilterFault(this.say(expected, { found: this.shown(here) }), here.column);
  }

  sideBySide(before, here) {
    const both = `${before.text} ${here.text}`;
    const prefix = this.at > 1 ? this.tokens[this.at - 2] : before;
    if (prefix.kind === "by:" || prefix.kind === "mentor:") {
      const quoted = `${prefix.kind}"${both}"`;
      return new FilterFault(this.say("several", { quoted }), here.column);
    }
    const told = { one: key(both), both: `${before.text} and ${here.text}` };
    return new FilterFault(this.say("beside", told), here.column);
  }

  shown(token) {
    return token.kind === "end" ? this.say("end") : `“${[...token.text].slice(0, 40).join("")}”`;
  }
}

/* People are rows: address, name, username. */
export function find(people, typed) {
  const wanted = plain(typed).replace(/^@/, "");
  if (!wanted) return [];
  const user = people.filter((one) => one[2] && plain(one[2]) === wanted);
  return user.length ? user.slice(-1) : people.filter((one) => plain(one[1]) === wanted);
}

export function listed(people) {
  return people.map((one) => one[2] || one[1]).join(", ");
}

/* Returns a test (tags, writer) -> wanted, for rows whose tags and writers are the numbers of
 * `keys` and `writers` (addresses); `mentors` maps a writer's address to that of their mentor. */
export function compile(tree, keys, writers, mentors) {
  const [kind, ...parts] = tree;
  switch (kind) {
    case "everything":
      return () => true;
    case "untagged":
      return (tags) => tags.length === 0;
    case "tag": {
      const wanted = keys.indexOf(parts[0]);
      return wanted < 0 ? () => false : (tags) => tags.includes(wanted);
    }
    case "by":
      return member(writers, (address) => address === parts[0]);
    case "mentor":
      return member(writers, (address) => address && mentors.get(address) === parts[0]);
    case "not": {
      const inner = compile(parts[0], keys, writers, mentors);
      return (tags, writer) => !inner(tags, writer);
    }
  }
  const inner = parts.map((part) => compile(part, keys, writers, mentors));
  return kind === "and"
    ? (tags, writer) => inner.every((test) => test(tags, writer))
    : (tags, writer) => inner.some((test) => test(tags, writer));
}

function member(writers, is) {
  const those = writers.map((address) => Boolean(is(address)));
  return (_, writer) => those[writer];
}
