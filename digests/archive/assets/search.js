/* What is asked in the form or in the page's address -> the reports that meet it, the latest first.
 *
 * The index is read once it is needed: names first, then a piece for each year. What a report says
 * is fetched from its own page, for those that are shown.
 */

import { FilterFault, compile, find, listed, parse } from "./filters.js";

const ON_A_PAGE = 20;
const PAUSE = 700;
const form = document.getElementById("search");
const root = form.dataset.root;
const told = document.getElementById("told");
const found = document.getElementById("found");
const further = document.getElementById("further");
const fields = ["filter", "person", "since", "until"].flatMap((id) => document.getElementById(id) ?? []);
let names;
let pieces;
let plural, number, long;
let hits = [];
let turn = 0;
let pause;

function say(name, values = {}) {
  return names.words[name].replace(/\{(\w+)\}/g, (_, value) => values[value]);
}

function counted(count) {
  const one = plural.select(count) === "one";
  return names.counted[one ? 0 : 1].replace("{count}", number.format(count));
}

async function load(path) {
  const answer = await fetch(root + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function begin() {
  names = await load("index/names.json");
  plural = new Intl.PluralRules(names.language);
  number = new Intl.NumberFormat(names.language);
  long = new Intl.DateTimeFormat(names.language, { dateStyle: "long", timeZone: "UTC" });
  names.mentorOf = new Map(names.people.map((one) => [one[0], one[3]]));
  offer("known-tags", names.tags);
  offer("known-people", names.people.map((one) => one[1]));
  pieces = await Promise.all(names.pieces.map(piece));
}

async function piece([year, print]) {
  const read = await load(`index/${String(year).padStart(4, "0")}.json?${print}`);
  return { ...read, year, ids: read.ids.split(" "), addresses: read.who.map((one) => one[0]) };
}

function offer(list, values) {
  const options = [...new Set(values)].map((value) => Object.assign(new Option(), { value }));
  document.getElementById(list)?.append(...options);
}

/* Returns the hits as pairs of piece and row; throws a FilterFault. */
export function search(asked) {
  let tree = parse(asked.filter ?? "", names);
  if (asked.person) tree = ["and", tree, ["by", person(asked.person)]];
  const since = asked.since || "0000-00-00", until = asked.until || "9999-99-99";
  const hits = [];
  for (const piece of pieces) {
    const test = compile(tree, piece.keys, piece.addresses, names.mentorOf);
    const from = bound(piece.year, since, 0), to = bound(piece.year, until, 9999);
    const { days, tags, writers } = piece;
    for (let row = 0; row < days.length; row++) {
      if (days[row] >= from && days[row] <= to && test(tags[row], writers[row])) hits.push([piece, row]);
    }
  }
  return hits;
}

function person(typed) {
  const those = find(names.people, typed);
  if (those.length === 1) return those[0][0];
  const fault = new FilterFault(
    those.length
      ? say("several people", { name: `“${typed}”`, names: listed(those) })
      : say("nobody", { name: `“${typed}”` }),
    0,
  );
  fault.field = "person";
  throw fault;
}

/* Returns a day as month and day of a year, or what lies outside of it. */
function bound(year, day, open) {
  const other = Number(day.slice(0, 4));
  if (other === year) return Number(day.slice(5, 7)) * 100 + Number(day.slice(8, 10));
  return other < year ? (open ? -1 : 0) : open ? 9999 : 10000;
}

function read() {
  return Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
}

/* While somebody types, a fault is told only once they pause: they may not be done. */
function answer({ typing = false } = {}) {
  const asked = read();
  clearTimeout(pause);
  for (const name of ["filter", "person"]) fault(name, "");
  const query = new URLSearchParams(Object.entries(asked).filter((one) => one[1]));
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  try {
    hits = search(asked);
  } catch (wrong) {
    if (!(wrong instanceof FilterFault)) throw wrong;
    pause = setTimeout(() => refuse(wrong), typing ? PAUSE : 0);
    return;
  }
  told.textContent = hits.length ? counted(hits.length) : say("nothing");
  found.replaceChildren();
  turn += 1;
  show();
}

function refuse({ column, message, field }) {
  fault(field ?? "filter", column ? say("column", { column, fault: message }) : message);
  hits = [];
  told.textContent = "";
  found.replaceChildren();
  further.hidden = true;
}

function fault(name, message) {
  const field = document.getElementById(name);
  if (!field) return;
  document.getElementById(`${name}-fault`).textContent = message;
  if (message) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function show() {
  const at = found.childElementCount;
  const rows = hits.slice(at, at + ON_A_PAGE).map(([piece, row]) => item(piece, row));
  found.append(...rows);
  further.hidden = found.childElementCount >= hits.length;
}

function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

function item(piece, row) {
  const [address, name] = piece.who[piece.writers[row]];
  const path = `${root}reports/r-${piece.ids[row]}/`;
  const who = element("bdi", {}, name || say("member"));
  const day = new Date(Date.UTC(piece.year, Math.floor(piece.days[row] / 100) - 1, piece.days[row] % 100));
  const time = element("time", { dateTime: day.toISOString().slice(0, 10) }, long.format(day));
  const writer = address ? element("a", { href: `${root}people/${address}/` }, who) : who;
  const head = element("h2", { className: "who" }, writer, " ", element("a", { className: "day", href: path }, time));
  const made = element("article", { className: "report" }, head);
  fill(made, path, turn);
  return made;
}

/* Adds what the report's own page says of it; what people wrote was made safe there. */
async function fill(made, path, of) {
  try {
    const page = await fetch(path);
    if (!page.ok || of !== turn) return;
    const read = new DOMParser().parseFromString(await page.text(), "text/html");
    const report = read.querySelector("article.report");
    report.querySelector("h1").remove();
    for (const link of report.querySelectorAll("a[href]")) {
      link.setAttribute("href", new URL(link.getAttribute("href"), new URL(path, location.href)).href);
    }
    made.append(...report.childNodes);
  } catch {
    /* The line with its link stays. */
  }
}

async function start() {
  const query = new URLSearchParams(location.search);
  for (const field of fields) field.value = query.get(field.name) ?? "";
  form.hidden = false;
  await begin();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  for (const field of fields) field.addEventListener("input", () => answer({ typing: true }));
  further.addEventListener("click", show);
  answer();
}

start().catch(() => {
  told.textContent = names ? say("failed") : told.dataset.failed;
});
